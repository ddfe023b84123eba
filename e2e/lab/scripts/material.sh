#!/bin/bash
# material.sh: what the admin's side needs: key pair, TOTP secret, lab CA, known_hosts, ssh_config, fleet files.
# Secrets are made once per instance; the files that name hosts are written anew each time.
. "$(dirname "$0")/lib.sh"
need_root
ssh=$HOME_DIR/.ssh
umask 077
mkdir -p "$ssh" "$SECRETS" "$HOSTS"
[ -s "$ssh/id_ed25519" ] || ssh-keygen -q -t ed25519 -N '' -C admin@workstation -f "$ssh/id_ed25519"
[ -s "$SECRETS/totp" ] || head -c 20 /dev/urandom | base32 >"$SECRETS/totp"

# An internal CA as companies have it: an offline root, and the authority below it that signs server certificates.
sign() { # sign NAME ISSUER DAYS EXTENSIONS
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj "$5" -keyout "$SECRETS/$1.key" 2>/dev/null |
    openssl x509 -req -CA "$SECRETS/$2.crt" -CAkey "$SECRETS/$2.key" -days "$3" -extfile <(printf '%s\n' "$4") -out "$SECRETS/$1.crt" 2>/dev/null
}
if [ ! -s "$SECRETS/issuing-ca.crt" ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj '/O=Lab/CN=Lab Root CA' \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign \
    -keyout "$SECRETS/root-ca.key" -out "$SECRETS/root-ca.crt" 2>/dev/null
  sign issuing-ca root-ca 1825 $'basicConstraints=critical,CA:TRUE,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign' '/O=Lab/CN=Lab Issuing CA'
fi
sign gpu1 issuing-ca 180 $'basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\nsubjectAltName=DNS:gpu1.lab.internal,DNS:ai.lab.internal' '/O=Lab/CN=gpu1.lab.internal'

for host in $LAB_HOSTS; do
  keys=$HOSTS/$host/keys
  if [ ! -s "$keys/etc/ssh/ssh_host_ed25519_key" ]; then
    mkdir -p "$keys/etc/ssh"
    ssh-keygen -q -A -f "$keys"
  fi
  names=$host,$(address "$host")
  [ "$host" = gpu1 ] && names="$names,$LAN.1??"
  echo "$names $(cut -d' ' -f1,2 "$keys/etc/ssh/ssh_host_ed25519_key.pub")"
done >"$ssh/known_hosts"

# Answers the prompt for the TOTP and nothing else.
cat >"$LAB_DIR/askpass" <<A
#!/bin/sh
case \$1 in
*[Vv]erification*) exec oathtool --totp -b "\$(cat '$SECRETS/totp')" ;;
*) exit 1 ;;
esac
A
chmod 700 "$LAB_DIR/askpass"

{
  cat <<C
Host jump
  HostName $(address jump)
  User $ADMIN_USER
  PreferredAuthentications publickey,keyboard-interactive
  ControlPath $LAB_DIR/mux-%C
C
  for host in $LAB_SERVERS; do printf 'Host %s\n  HostName %s\n  ProxyJump jump\n' "$host" "$(address "$host")"; done
  cat <<C
Host *
  User $AUDIT_USER
  IdentityFile $ssh/id_ed25519
  IdentitiesOnly yes
  UserKnownHostsFile $ssh/known_hosts
  GlobalKnownHostsFile /dev/null
  StrictHostKeyChecking yes
  ConnectTimeout 10
  ServerAliveInterval 5
  ServerAliveCountMax 2
C
} >"$ssh/config"

fleet() { # fleet NAME, hosts on stdin as "name address"
  cat <<F
version: 1
name: $1
jump:
  - name: jump
    address: $(address jump)
    identity: { user: $ADMIN_USER, identityFiles: [$ssh/id_ed25519], agent: false }
identities:
  audit: { user: $AUDIT_USER, identityFiles: [$ssh/id_ed25519], agent: false }
  change: { user: $CHANGE_USER, identityFiles: [$ssh/id_ed25519], agent: false }
modelPaths: [/srv/models, /models]
networks:
  app: [10.0.1.0/24]
  jump: [$(lan_address jump)/32]
  management: [10.0.3.0/24]
  modelStorage: [10.0.4.0/24]
  modelAdmins: [10.0.1.5]
hosts:
F
  while read -r name address; do printf '  - { name: %s, address: %s }\n' "$name" "$address"; done
}
for host in $LAB_SERVERS; do echo "$host $(address "$host")"; done | fleet lab >"$LAB_DIR/fleet.yaml"
for last in $(seq 100 199); do echo "host$last $LAN.$last"; done | fleet lab-100 >"$LAB_DIR/fleet-100.yaml"
