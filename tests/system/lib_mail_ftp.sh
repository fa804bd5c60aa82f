# shellcheck shell=bash
# Mail and file servers of Debian in the laboratory's server namespace. Source it behind test.sh, and call the functions when
# the laboratory is up.

# NeedTools TOOL…: skips the test where one is missing.
NeedTools() {
  local tool
  for tool in "$@"; do command -v "$tool" >/dev/null || Skip "$tool is not installed (see packages.txt)"; done
}

# WaitForPort PORT: until the server listens, at most 10 seconds.
WaitForPort() {
  local try
  for try in {1..100}; do
    if InServer bash -c "exec 3<>/dev/tcp/127.0.0.1/$1" 2>/dev/null; then return 0; fi
    sleep 0.1
  done
  echo "nothing listens on port $1 (after $try tries)" >&2
  return 1
}

# LabMail: aiosmtpd, which writes each letter it takes into $LAB_DIR/mail.
LabMail() {
  mkdir -p "$LAB_DIR/mail"
  ip netns exec "$LAB-server" /usr/bin/python3 - "$LAB_DIR/mail" >>"$LAB_DIR/mail.log" 2>&1 <<'SERVER' &
import asyncio, itertools, pathlib, sys
from aiosmtpd.smtp import SMTP

class Keep:
    numbers = itertools.count(1)
    async def handle_DATA(self, server, session, envelope):
        pathlib.Path(sys.argv[1], f"{next(self.numbers)}.eml").write_bytes(envelope.content)
        return "250 kept"

async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Keep(), hostname="mail.example", decode_data=False), "0.0.0.0", 25)
    await server.serve_forever()

asyncio.run(main())
SERVER
  LAB_PIDS+=("$!")
  WaitForPort 25
}

# LabFtp: vsftpd with anonymous uploads into $LAB_DIR/ftp/in.
LabFtp() {
  mkdir -p "$LAB_DIR/ftp/in" "$LAB_DIR/ftp-empty"
  chmod 755 "$LAB_DIR/ftp"
  chmod 777 "$LAB_DIR/ftp/in"
  cat >"$LAB_DIR/vsftpd.conf" <<CONF
listen=YES
background=NO
anonymous_enable=YES
anon_upload_enable=YES
anon_mkdir_write_enable=YES
anon_other_write_enable=YES
anon_umask=022
write_enable=YES
no_anon_password=YES
anon_root=$LAB_DIR/ftp
secure_chroot_dir=$LAB_DIR/ftp-empty
pasv_min_port=40000
pasv_max_port=40100
seccomp_sandbox=NO
xferlog_enable=NO
CONF
  ip netns exec "$LAB-server" vsftpd "$LAB_DIR/vsftpd.conf" >>"$LAB_DIR/vsftpd.log" 2>&1 &
  LAB_PIDS+=("$!")
  WaitForPort 21
}
