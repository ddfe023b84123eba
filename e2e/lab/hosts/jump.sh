# The jump host: key first, then a TOTP asked for by PAM over keyboard-interactive. MaxStartups stays at its default 10:30:100.
# shellcheck shell=bash
person "$ADMIN_USER"
put 644 /etc/ssh/sshd_config.d/10-jump.conf <<'C'
PermitRootLogin no
PasswordAuthentication no
KbdInteractiveAuthentication yes
ChallengeResponseAuthentication yes
AuthenticationMethods publickey,keyboard-interactive:pam
AllowTcpForwarding yes
X11Forwarding no
C
sed -i 's/^@include common-auth/auth required pam_google_authenticator.so/' "$root/etc/pam.d/sshd"
{ cat "$SECRETS/totp"; printf '" TOTP_AUTH\n" WINDOW_SIZE 17\n'; } | put 400 "/home/$ADMIN_USER/.google_authenticator"
run chown "$ADMIN_USER:" "/home/$ADMIN_USER/.google_authenticator"
run systemctl -q disable nginx.service
