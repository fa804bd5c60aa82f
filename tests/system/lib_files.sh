# shellcheck shell=bash
# File servers of Debian in the laboratory's server namespace, each with an empty folder for what it takes. Source it behind
# lib_mail_ftp.sh (NeedTools, WaitForPort), and call the functions when the laboratory is up.

# LabFolder NAME: an empty folder that every server may write to.
LabFolder() {
  mkdir -p "$LAB_DIR/$1"
  chmod 777 "$LAB_DIR/$1"
}

# InBackground LOG COMMAND…: in the server's namespace, ended with the laboratory.
InBackground() {
  local log=$1
  shift
  ip netns exec "$LAB-server" "$@" >>"$LAB_DIR/$log" 2>&1 &
  LAB_PIDS+=("$!")
}

# LabHttp2: nginx that speaks HTTP/2 in clear by prior knowledge on port 8080; PUT /files/… stores into $LAB_DIR/http2/files.
LabHttp2() {
  LabFolder http2
  LabFolder http2/files
  cat >"$LAB_DIR/http2.conf" <<CONF
daemon off;
master_process off;
pid $LAB_DIR/http2.pid;
error_log $LAB_DIR/http2.log info;
events { worker_connections 64; }
http {
  access_log off;
  client_max_body_size 0;
  client_body_temp_path $LAB_DIR/http2/temp;
  server {
    listen 8080 http2;
    location /files/ { root $LAB_DIR/http2; dav_methods PUT; create_full_put_path on; }
  }
}
CONF
  InBackground http2.out nginx -p "$LAB_DIR" -c "$LAB_DIR/http2.conf"
  WaitForPort 8080
}

# LabWebSocket: keeps each message of a path in $LAB_DIR/websocket, by the last part of the path; port 8081.
LabWebSocket() {
  LabFolder websocket
  InBackground websocket.log /usr/bin/python3 -c '
import asyncio, pathlib, sys, websockets
async def keep(socket, path):
    async for message in socket:
        pathlib.Path(sys.argv[1], path.rsplit("/", 1)[-1]).write_bytes(message.encode() if isinstance(message, str) else message)
        await socket.send("kept")
async def main():
    async with websockets.serve(keep, "0.0.0.0", 8081, max_size=None):
        await asyncio.Future()
asyncio.run(main())' "$LAB_DIR/websocket"
  WaitForPort 8081
}

# WebSocketPut FILE NAME [COMPRESSION]: succeeds when the server said that it kept the message.
WebSocketPut() {
  InClient timeout 20 /usr/bin/python3 -c '
import asyncio, pathlib, sys, websockets
async def main():
    async with websockets.connect(f"ws://{sys.argv[1]}:8081/{sys.argv[3]}", compression=sys.argv[4] or None, max_size=None) as socket:
        await socket.send(pathlib.Path(sys.argv[2]).read_bytes())
        assert await socket.recv() == "kept"
asyncio.run(main())' "$LAB_SERVER_IP" "$LAB_DIR/$1" "$2" "${3:-}" >>"$LAB_DIR/websocket-client.log" 2>&1
}

# LabSmb: samba with a share "in" that anybody may write to, kept in $LAB_DIR/smb.
LabSmb() {
  LabFolder smb
  mkdir -p "$LAB_DIR/samba/private" "$LAB_DIR/samba/var"
  chmod 755 "$LAB_DIR/samba/var"
  cat >"$LAB_DIR/smb.conf" <<CONF
[global]
  workgroup = LAB
  server role = standalone server
  map to guest = bad user
  server min protocol = NT1
  interfaces = lo $LAB_SERVER_IP
  disable netbios = yes
  smb ports = 445
  load printers = no
  printcap name = /dev/null
  private dir = $LAB_DIR/samba/private
  lock directory = $LAB_DIR/samba/var
  state directory = $LAB_DIR/samba/var
  cache directory = $LAB_DIR/samba/var
  pid directory = $LAB_DIR/samba/var
  ncalrpc dir = $LAB_DIR/samba/var/ncalrpc
  log file = $LAB_DIR/samba/log
[in]
  path = $LAB_DIR/smb
  guest ok = yes
  read only = no
  force user = root
CONF
  # In a process group of its own: at its end it asks all of its group to end.
  InBackground smbd.log smbd --foreground --configfile="$LAB_DIR/smb.conf"
  WaitForPort 445
}

# SmbPut FILE NAME DIALECT
SmbPut() {
  InClient timeout 30 smbclient -N "//$LAB_SERVER_IP/in" --option="client min protocol=NT1" -m "$3" -c "put $LAB_DIR/$1 $2" >>"$LAB_DIR/smbclient.log" 2>&1
}

# LabRsync: the rsync daemon with a module "in", kept in $LAB_DIR/rsync.
LabRsync() {
  LabFolder rsync
  cat >"$LAB_DIR/rsyncd.conf" <<CONF
pid file = $LAB_DIR/rsyncd.pid
use chroot = no
[in]
  path = $LAB_DIR/rsync
  read only = no
  uid = 0
  gid = 0
CONF
  InBackground rsyncd.log rsync --daemon --no-detach --config="$LAB_DIR/rsyncd.conf"
  WaitForPort 873
}

# LabTftp: tftpd that takes new files, kept in $LAB_DIR/tftp. It listens on UDP alone: nothing tells when, so it is tried.
LabTftp() {
  LabFolder tftp
  InBackground tftpd.log in.tftpd --foreground --create --secure --user root --permissive --address "$LAB_SERVER_IP:69" "$LAB_DIR/tftp"
  local try
  for try in {1..50}; do
    if InServer grep -q ':0045 ' /proc/net/udp; then return 0; fi
    sleep 0.1
  done
  echo "tftpd did not start (after $try tries)" >&2
  return 1
}

# LabImap: dovecot for alice (password "secret") in clear, her letters in $LAB_DIR/imap.
LabImap() {
  LabFolder imap
  mkdir -p "$LAB_DIR/dovecot"
  cat >"$LAB_DIR/dovecot.conf" <<CONF
base_dir = $LAB_DIR/dovecot
state_dir = $LAB_DIR/dovecot
log_path = $LAB_DIR/dovecot.log
protocols = imap
listen = *
ssl = no
disable_plaintext_auth = no
default_login_user = nobody
default_internal_user = nobody
default_internal_group = nogroup
first_valid_uid = 1
mail_location = maildir:$LAB_DIR/imap
mail_uid = 65534
mail_gid = 65534
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=65534 gid=65534 home=$LAB_DIR/imap
}
service anvil {
  chroot =
}
service imap-login {
  chroot =
}
CONF
  InBackground dovecot.out dovecot -F -c "$LAB_DIR/dovecot.conf"
  WaitForPort 143
}

# LabNfs: ganesha with the folder $LAB_DIR/nfs.
LabNfs() {
  LabFolder nfs
  mkdir -p "$LAB_DIR/ganesha"
  cat >"$LAB_DIR/ganesha.conf" <<CONF
NFS_CORE_PARAM { Protocols = 3, 4; NFS_Port = 2049; MNT_Port = 20048; Enable_NLM = false; Enable_RQUOTA = false; Enable_UDP = false; }
NFSv4 { RecoveryRoot = $LAB_DIR/ganesha; Graceless = true; Allow_Numeric_Owners = true; Only_Numeric_Owners = true; }
EXPORT { Export_Id = 1; Path = $LAB_DIR/nfs; Pseudo = /in; Access_Type = RW; Squash = No_Root_Squash; SecType = sys; Protocols = 3, 4; FSAL { Name = VFS; } }
CONF
  InBackground rpcbind.log rpcbind -f -w
  sleep 0.3
  InBackground ganesha.out ganesha.nfsd -F -f "$LAB_DIR/ganesha.conf" -L "$LAB_DIR/ganesha.log" -p "$LAB_DIR/ganesha.pid"
  WaitForPort 2049
}
