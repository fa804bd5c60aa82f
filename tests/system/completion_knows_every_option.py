#!/usr/bin/env python3
"""Every subcommand and every option that a program's own --help names is offered by its completion, in bash and in zsh."""
import re
import subprocess
import sys


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, **more)


def named_in_help(program, path):
    """Subcommands and options, as the help of CLI11 lists them."""
    text = run(program, *path, "--help").stdout
    subs, options, section = [], set(), ""
    for line in text.splitlines():
        if line and not line.startswith(" "):
            section = line.rstrip(":")
        match = re.match(r"  (\S.*?)(\s{2,}|$)", line)
        if not match:
            continue
        if section == "Subcommands":
            subs.append(match.group(1).split()[0])
        elif section == "Options":
            options.update(re.findall(r"(?<![\w-])--?[A-Za-z][\w-]*", match.group(1)))
    return subs, options


def offered(script, program, words):
    """What bash offers behind these words."""
    line = [program, *words, ""]
    found = set()
    for last in ("", "-"):
        line[-1] = last
        code = f'source /dev/stdin <<"SCRIPT"\n{script}\nSCRIPT\nCOMP_WORDS=({" ".join(repr(w) for w in line)}); COMP_CWORD={len(line) - 1}\n_{program}\nprintf "%s\\n" "${{COMPREPLY[@]}}"'
        answer = run("bash", "-c", code)
        if answer.stderr:
            sys.exit(f"bash says of {program}: {answer.stderr}")
        found.update(answer.stdout.split())
    return found


def main():
    folder, programs, checked = sys.argv[1], sys.argv[2:], 0
    for program in programs:
        path = f"{folder}/{program}"
        bash, zsh = run(path, "completion", "bash").stdout, run(path, "completion", "zsh").stdout
        waiting = [()]
        while waiting:
            words = waiting.pop()
            subs, options = named_in_help(path, words)
            if words == () and (not subs or not options):
                sys.exit(f"the help of {program} cannot be read")
            got = offered(bash, program, words)
            missing = (set(subs) | options) - got
            if missing:
                sys.exit(f"bash completion of {program} {' '.join(words)} lacks {sorted(missing)}")
            place = re.search(r"^    '" + re.escape("".join(" " + w for w in words)) + r"'\) (subcommands=.*)$", zsh, re.M)
            lacking = [name for name in set(subs) | options if place is None or f"'{name}:" not in place.group(1)]
            if lacking:
                sys.exit(f"zsh completion of {program} {' '.join(words)} lacks {sorted(lacking)}")
            checked += len(subs) + len(options)
            waiting += [(*words, sub) for sub in subs]
        for shell, script in (("bash", bash), ("zsh", zsh)):
            try:
                parsed = run(shell, "-n", input=script)
            except FileNotFoundError:
                print(f"{shell} is not installed: its script was compared, not parsed")
                continue
            if parsed.returncode != 0:
                sys.exit(f"{shell} cannot read its script: {parsed.stderr}")
    if checked < 100:
        sys.exit(f"only {checked} names were compared")
    print(f"{checked} names of {len(programs)} programs are offered")


main()
