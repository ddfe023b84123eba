# What PAM and sshd make of accounts that all have one key, on gpu2. First word: how they are set up. Run as root.   shellcheck shell=sh
set -eu
cd /root
if ! [ -e pam.key ]; then
  ssh-keygen -q -t ed25519 -N '' -C pam -f pam.key
  sed 's/^/127.0.0.1 /' /etc/ssh/ssh_host_*_key.pub >pam.known
  cp /etc/pam.d/sshd pam.sshd
  groupadd pgroup
  for n in p-name p-member p-none p-far p-locked p-star p-expired; do
    useradd --create-home --shell /bin/bash "$n"
    install -d -m 700 -o "$n" -g "$n" "/home/$n/.ssh"
    install -m 600 -o "$n" -g "$n" pam.key.pub "/home/$n/.ssh/authorized_keys"
    [ "$n" = p-locked ] || usermod -p '*' "$n"
  done
  usermod -aG pgroup p-member
  usermod -e 2020-01-01 p-expired
fi
cp pam.sshd /etc/pam.d/sshd
rm -rf /etc/security/access.d
: >/etc/security/access.conf
printf 'UsePAM yes\n' >/etc/ssh/sshd_config.d/05-pam.conf
own=$(getent passwd | sed -n 's/^\(gatehouse-[a-z]*\):.*/\1/p')
for n in $own; do usermod -aG pgroup "$n"; done
ask() { sed -i "s|^account *required *pam_nologin.so|&\n$*|" /etc/pam.d/sshd; }
case $1 in
plain) ;;
access)
  ask account required pam_access.so
  {
    echo '+:root (pgroup):ALL'
    echo '+ : p-name : ALL'
    echo '+:p-far:10.99.0.0/16 2001:db8::/32'
    echo '+:p-star:LOCAL'
    echo '-:ALL EXCEPT p-locked:ALL EXCEPT LOCAL'
  } >/etc/security/access.conf ;;
access-folder)
  ask account required pam_access.so
  mkdir -p /etc/security/access.d
  echo '+:p-member:ALL' >/etc/security/access.conf
  echo '-:pgroup p-name:ALL' >/etc/security/access.d/20-b.conf
  # The first by its name, though it was written last.
  echo "+:$(echo $own) p-none:ALL" >/etc/security/access.d/10-a.conf
  echo '-:ALL:ALL' >/etc/security/access.d/30-c.conf.off ;;
optional)
  ask account optional pam_access.so
  echo '-:ALL:ALL' >/etc/security/access.conf ;;
succeed-if) ask account required pam_succeed_if.so quiet user ingroup root:pgroup ;;
jump)
  ask 'account [success=1 default=ignore] pam_succeed_if.so quiet user in p-name:p-locked\naccount required pam_succeed_if.so quiet user ingroup pgroup' ;;
listfile)
  ask account required pam_listfile.so item=user sense=allow file=/etc/ssh/users onerr=fail
  printf '%s\n' $own p-name >/etc/ssh/users ;;
closed-list)
  ask account required pam_listfile.so item=user sense=allow file=/etc/ssh/shut onerr=fail
  printf '%s\n' $own p-name >/etc/ssh/shut
  chmod 600 /etc/ssh/shut ;;
exec)
  ask account required pam_exec.so quiet /usr/local/sbin/decide
  printf '#!/bin/sh\ncase $PAM_USER in gatehouse-*|p-name) ;; *) exit 1 ;; esac\n' >/usr/local/sbin/decide
  chmod 755 /usr/local/sbin/decide ;;
shells)
  ask account required pam_shells.so
  ln -sf /bin/bash /usr/local/bin/oddsh
  usermod -s /usr/local/bin/oddsh p-star ;;
own-file)
  ask account required pam_access.so accessfile=/etc/security/sshd-access.conf
  echo '-:ALL:ALL' >/etc/security/access.conf
  printf '%s\n' "+:$(echo $own) p-name p-member:ALL" '-:ALL:ALL' >/etc/security/sshd-access.conf ;;
unheeded) sed -i 's/^@include common-account/account required pam_permit.so/' /etc/pam.d/sshd ;;
without)
  for n in $own; do usermod -p '*' "$n"; done
  printf 'UsePAM no\n' >/etc/ssh/sshd_config.d/05-pam.conf ;;
esac
sshd -t
systemctl reload ssh
