# Accounts on gpu2, each with its own way to something, or with what looks like one. Run as root; a tar with getfacl, setfacl and polkit comes
# on stdin in base64. /root/planted.key opens what a key opens.   shellcheck shell=sh
set -eu
# What the host has already stays as it is.
base64 -d | tar -x -C / --skip-old-files
systemd-sysusers
ldconfig
ssh-keygen -q -t ed25519 -N '' -C planted -f /root/planted.key
# ssh offers the certificate with the key that it is of.
ssh-keygen -q -t ed25519 -N '' -C authority -f /root/planted.ca
ssh-keygen -q -s /root/planted.ca -I planted -n ops,key-ca,key-ca-principal -V +1d /root/planted.key.pub

account() { n=$1; useradd --create-home --shell "${2:-/bin/bash}" "$n"; }
# What a file of keys says, with options before the key.
key() {
  install -d -m 700 "/home/$n/.ssh"
  echo "${1:+$1 }$(cat /root/planted.key.pub)" >"/home/$n/.ssh/authorized_keys"
  chown -R "$n:" "/home/$n/.ssh"
}
doas() { printf '%b\\n' "$@" >>/etc/doas.conf; }
rule() { for line; do printf '%s\n' "$line"; done >>/etc/sudoers.d/planted; }
into() { getent group "$1" >/dev/null || groupadd "$1"; usermod -aG "$1" "$n"; }
# shared GROUP PATH: the group may write it
shared() { into "$1"; chgrp "$1" "$2"; chmod g+w "$2"; }

account nothing
account sudo-all;        rule "$n ALL=(ALL) NOPASSWD: ALL"
account sudo-aliases;    rule 'User_Alias W1 = W2 : W2 = W3 : W3 = sudo-aliases' 'Cmnd_Alias C1 = C2 : C2 = /usr/bin/id, C3 : C3 = /usr/bin/env' 'Runas_Alias R1 = root' 'W1 ALL=(R1) NOPASSWD: C1'
account sudo-group;      key; into opsg; rule '%opsg ALL=(root) NOPASSWD: ALL'
account sudo-uid;        rule "#$(id -u "$n") ALL=NOPASSWD: /usr/bin/env"
account sudo-folder;     rule "$n ALL=NOPASSWD: /usr/bin/"
account sudo-chain;      rule "$n ALL=(sudo-all) NOPASSWD: /bin/sh"
account sudo-asks;       rule "$n ALL=(ALL) ALL"; echo "$n:correct horse" | chpasswd
account sudo-locked;     rule "$n ALL=(ALL) ALL"
account sudo-elsewhere;  rule "$n elsewhere=(ALL) NOPASSWD: ALL"
account sudo-denied;     rule "$n ALL=NOPASSWD: ALL" "$n ALL=!ALL"
account sudo-exact;      rule "$n ALL=NOPASSWD: /usr/bin/id -u"
account sudo-nobody;     rule "$n ALL=(nobody) NOPASSWD: ALL"
account sudo-its-group;  rule "$n ALL=(:opsg) NOPASSWD: ALL"
account sudo-restart;    rule "$n ALL=NOPASSWD: /usr/bin/systemctl restart ollama.service"
account sudo-not-that;   rule "$n ALL=NOPASSWD: /usr/bin/systemctl restart nginx.service"
account sudo-journal;    rule "$n ALL=NOPASSWD: /usr/bin/journalctl -u ollama.service"
account sudo-tail;       rule "$n ALL=NOPASSWD: /usr/bin/tail -n 1 /var/log/nginx/access.log"
account sudo-edits;      rule "$n ALL=NOPASSWD: sudoedit /etc/nginx/nginx.conf"
account sudo-edits-unit; rule "$n ALL=NOPASSWD: sudoedit /etc/systemd/system/ollama.service"
account sudo-pager;      rule "$n ALL=NOPASSWD: NOEXEC: /usr/bin/less /var/log/dpkg.log"
account sudo-default;    rule "Defaults:$n !authenticate" "$n ALL=(ALL) ALL"
account sudo-lent;       rule "$n ALL=(:disk) NOPASSWD: ALL"
account sudo-itself;     rule "$n ALL=() NOPASSWD: ALL"
account sudo-capitals;   rule 'Sudo-Capitals ALL=(ROOT) NOPASSWD: ALL'
account sudo-group-caps; into capsg; rule '%CapsG ALL=NOPASSWD: /usr/bin/env'
# Two groups with one number: sudo, sshd and files know it by the first name.
twins() { groupadd "$1"; groupadd -o -g "$(getent group "$1" | cut -d: -f3)" "$2"; into "$2"; }
account twin-first;      twins twina twinb; rule '%twina ALL=NOPASSWD: /usr/bin/env'
account twin-second;     twins twinc twind; rule '%twind ALL=NOPASSWD: /usr/bin/env'
account twin-file;       twins twine twinf; echo >/etc/profile.d/twin.sh; chgrp twine /etc/profile.d/twin.sh; chmod g+w /etc/profile.d/twin.sh
account chroot-any;      rule "$n ALL= CHROOT=* NOPASSWD: /usr/bin/nice-name"
account chroot-own;      mkdir "/srv/$n"; chown "$n" "/srv/$n"; rule "$n ALL= CHROOT=/srv/$n NOPASSWD: /usr/bin/nice-name"
account chroot-closed;   rule "$n ALL= CHROOT=/srv NOPASSWD: /usr/bin/nice-name"
account sudo-expired;    rule "$n ALL=NOPASSWD: ALL"; usermod --expiredate 1 "$n"
account docker-group;    key; into docker; python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("/run/docker.sock")'; chgrp docker /run/docker.sock; chmod 660 /run/docker.sock
account adm-group;       into adm
account journal-group;   into systemd-journal
account unit-file;       shared unitg /etc/systemd/system/ollama.service
account unit-folder;     mkdir -p /etc/systemd/system/nginx.service.d; shared dropg /etc/systemd/system/nginx.service.d
account unit-acl;        echo '[Unit]' >/etc/systemd/system/other.service; setfacl -m "u:$n:rw" /etc/systemd/system/other.service
account unit-program;    shared progg /usr/sbin/nginx
account unit-parent;     mkdir -p /opt/backup/bin; shared parentg /opt/backup; printf '[Service]\nExecStart=/opt/backup/bin/run\n' >/etc/systemd/system/backup.service
account root-above;      shared aboveg /usr/local
account unit-vendor;     mkdir -p /opt/vendor; echo '#!/bin/sh' >/opt/vendor/agent; chmod 755 /opt/vendor/agent; shared vendg /opt/vendor/agent; printf '[Service]\nExecStart=/opt/vendor/agent\n' >/usr/lib/systemd/system/vendor.service
account unit-variables;  mkdir -p /etc/systemd/system/nginx.service.d; printf '[Service]\nEnvironmentFile=-/etc/nginx-variables\n' >/etc/systemd/system/nginx.service.d/variables.conf; echo >/etc/nginx-variables; shared varg /etc/nginx-variables
account sudo-script;     mkdir -p /opt/deploy; echo '#!/bin/sh' >/opt/deploy/run; chmod 755 /opt/deploy/run; shared deployg /opt/deploy/run; rule "$n ALL=NOPASSWD: /opt/deploy/run"
account sudo-loader;     rule "Defaults:$n env_keep += LD_PRELOAD" "$n ALL=NOPASSWD: /usr/bin/id -u"
account sudo-cat-star;   rule "$n ALL=NOPASSWD: /usr/bin/cat /srv/*"
account setuid-find;     into findg; install -m 4750 -g findg /usr/bin/find /usr/local/bin/find
account acl-group;       into aclg; echo >/etc/profile.d/acl.sh; setfacl -m g:aclg:rw /etc/profile.d/acl.sh
account acl-masked;      echo >/etc/profile.d/masked.sh; setfacl -m "u:$n:rw,m::r" /etc/profile.d/masked.sh
account conf-group;      shared confg /etc/nginx/conf.d
account conf-acl;        setfacl -m "u:$n:rw" /etc/nginx/nginx.conf
account log-acl;         setfacl -m "u:$n:x" /var/log/nginx; setfacl -m "u:$n:r" /var/log/nginx/access.log
account cron-file;       echo '# none' >"/etc/cron.d/$n"; shared crong "/etc/cron.d/$n"
account cron-owner;      echo '# none' >"/etc/cron.d/$n"; chown "$n" "/etc/cron.d/$n"
account cron-program;    mkdir -p /srv/t; echo '#!/bin/sh' >/srv/t/run; chown "$n" /srv/t/run; chmod 755 /srv/t/run; echo '1 1 1 1 * root /srv/t/run' >/etc/cron.d/prog
account cron-folder;     mkdir -p /srv/u; shared foldg /srv/u; echo '#!/bin/sh' >/srv/u/run; chmod 755 /srv/u/run; echo '1 1 1 1 * root /srv/u/run' >/etc/cron.d/fold
account cron-own;        key; echo '1 1 1 1 * true' | crontab -u "$n" -
account cron-expired;    echo '* * * * * touch /tmp/cron-expired-ran' | crontab -u "$n" -; usermod --expiredate 1 "$n"
account user-timer;      key; mkdir -p "/home/$n/.config/systemd/user"; printf '[Timer]\nOnCalendar=yearly\n' >"/home/$n/.config/systemd/user/job.timer"; chown -R "$n:" "/home/$n/.config"; loginctl enable-linger "$n"
account file-owner;      echo >/etc/profile.d/own.sh; chown "$n" /etc/profile.d/own.sh; chmod 400 /etc/profile.d/own.sh
account file-closed;     mkdir -p /etc/udev/rules.d/in; echo >/etc/udev/rules.d/in/x; shared closedg /etc/udev/rules.d/in/x; chmod 700 /etc/udev/rules.d/in
account folder-sticky;   mkdir /etc/pam.d/st; shared stickyg /etc/pam.d/st; chmod +t /etc/pam.d/st
account folder-libs;     shared libg /etc/ld.so.conf.d
account home-of-other;   shared homeg /home/sudo-all
account polkit-group;    into polkitg
account polkit-unit
account polkit-elsewhere
account polkit-both
account polkit-one;      into polkitg2
account polkit-verb;     into polkitv
account polkit-pkla
account key-plain;       key
mkdir -p /home/CORP; useradd -m -d /home/CORP/key-far -s /bin/bash key-far
account key-command;     key 'command="/bin/true",restrict'
account key-forwards;    key 'command="/bin/true",agent-forwarding'
account key-from;        key 'from="127.0.0.1"'
account key-locked;      key; usermod --lock "$n"
account key-expired;     key; usermod --expiredate 1 "$n"
account key-no-shell /usr/sbin/nologin; key
account key-denied;      key; echo "DenyUsers $n" >/etc/ssh/sshd_config.d/20-planted.conf
account key-loose-home;  key; chmod 777 "/home/$n/.ssh"

authority() { key; echo "$1 $(cat /root/planted.ca.pub)" >"/home/$n/.ssh/authorized_keys"; }
account key-ca;          authority cert-authority
account key-ca-principal; authority 'cert-authority,principals="web,ops"'
# Of an authority of the host, for whom a file names the certificate; of all others none does.
account cert-listed
install -m 644 /root/planted.ca.pub /etc/ssh/planted-ca.pub
mkdir /etc/ssh/auth_principals
printf '# who comes with\nweb\nrestrict,pty ops\n' >"/etc/ssh/auth_principals/$n"
echo nobody-has-it >/etc/ssh/auth_principals/nothing
printf 'TrustedUserCAKeys /etc/ssh/planted-ca.pub\nAuthorizedPrincipalsFile /etc/ssh/auth_principals/%%u\n' >/etc/ssh/sshd_config.d/30-planted.conf
account key-ended;       key 'expiry-time="20200101"'
account key-ends-later;  key 'expiry-time="20991231Z"'
account key-from-none;   key 'from="!127.0.0.1,!10.0.0.0/8"'

account doas-all;        doas "permit nopass $n"
account doas-asks;       doas "permit $n"
account doas-group;      into doasg; doas 'permit nopass :doasg'
account doas-gid;        doas "permit nopass :$(id -g "$n")"
account doas-uid;        doas "permit nopass $(id -u "$n") as root"
account doas-denied;     doas "permit nopass $n" "deny $n"
account doas-but;        doas "permit nopass $n" "deny $n cmd /bin/sh" "deny $n cmd sh"
account doas-again;      into doasg2; doas 'deny :doasg2' "permit nopass $n"
account doas-cmd;        doas "permit nopass $n cmd /usr/bin/env"
account doas-bare;       doas "permit nopass $n cmd env"
account doas-args;       doas "permit nopass $n cmd /usr/bin/env args id -u"
account doas-no-args;    doas "permit nopass $n cmd /usr/bin/env args"
account doas-nobody;     doas "permit nopass $n as nobody"
account doas-chain;      doas "permit nopass $n as sudo-all cmd /bin/sh"
account doas-tab;        doas "\\tpermit nopass $n#all"
account doas-quoted;     doas "permit nopass \"$n\" as \"root\" cmd \"/usr/bin/env\""
account doas-keeps;      doas "permit nopass keepenv $n cmd /usr/bin/id"
account doas-loader;     doas "permit nopass setenv { LD_PRELOAD=\$X } $n cmd /usr/bin/id"
account doas-restart;    doas "permit nopass $n cmd systemctl args restart ollama.service"
account doas-tail;       doas "permit nopass $n cmd tail args -n 1 /var/log/nginx/access.log"
account doas-expired;    doas "permit nopass $n"; usermod --expiredate 1 "$n"
chmod 600 /etc/doas.conf

account esc-env;         rule "$n ALL=NOPASSWD: /usr/bin/env sh"
account esc-env-id;      rule "$n ALL=NOPASSWD: /usr/bin/env id -un"
account esc-timeout;     rule "$n ALL=NOPASSWD: /usr/bin/timeout 5 /bin/sh"
account esc-no-exec;     rule "$n ALL=NOPASSWD: NOEXEC: /usr/bin/timeout 5 /bin/sh"
account esc-xargs;       rule "$n ALL=NOPASSWD: /usr/bin/xargs sh"
account esc-nsenter;     rule "$n ALL=NOPASSWD: /usr/bin/nsenter -t 1 -m"
account esc-chroot;      rule "$n ALL=NOPASSWD: /usr/sbin/chroot /"
account esc-less;        rule "$n ALL=NOPASSWD: /usr/bin/less \"\""
account esc-here;        rule "$n ALL=NOPASSWD: /bin/sh run.sh"
account esc-python;      rule "$n ALL=NOPASSWD: /usr/bin/python3 -m json.tool"
account esc-python-alone; rule "$n ALL=NOPASSWD: /usr/bin/python3 -I -m json.tool"
account esc-tar-star;    rule "$n ALL=NOPASSWD: /usr/bin/tar -cf /srv/star.tar *"
account esc-tar-packs;   rule "$n ALL=NOPASSWD: /usr/bin/tar -cf /srv/packed.tar /home/$n"
account esc-cp;          rule "$n ALL=NOPASSWD: /usr/bin/cp job /etc/cron.d/esc"
account esc-cp-home;     rule "$n ALL=NOPASSWD: /usr/bin/cp /home/$n/job /etc/cron.d/esc"
account esc-cp-root;     rule "$n ALL=NOPASSWD: /usr/bin/cp /etc/hostname /etc/cron.d/esc"
account esc-chmod;       rule "$n ALL=NOPASSWD: /usr/bin/chmod 666 /home/$n/x"
account esc-not-there;   rule "$n ALL=NOPASSWD: /bin/sh /tmp/not-there"
account esc-apt;         rule "$n ALL=NOPASSWD: /usr/bin/apt-get update *"
account esc-awk;         rule "$n ALL=NOPASSWD: /usr/bin/awk"
account esc-but-shells;  rule "$n ALL=NOPASSWD: ALL, !/bin/sh, !/usr/bin/sh, !/bin/bash, !/usr/bin/bash, !/usr/bin/su"
account esc-edit;        mkdir -p "/home/$n/d"; echo >"/home/$n/d/x"; chown -R "$n:" "/home/$n/d"; rule "$n ALL=NOPASSWD: sudoedit /home/$n/d/x"
account esc-edit-loose;  mkdir -p "/home/$n/d"; echo >"/home/$n/d/x"; chown -R "$n:" "/home/$n/d"; rule "Defaults:$n !sudoedit_checkdir, sudoedit_follow" "$n ALL=NOPASSWD: sudoedit /home/$n/d/x"
install -m 600 /dev/null /etc/esc-mode

# Programs that are setuid or setgid where no package puts them; a file system that is mounted nosuid takes that away (mount(8)).
gated() { install -d -m 750 -g "$1" "$2"; into "$1"; chgrp "$1" "$2"; install -m "$3" -o "$4" -g "$5" /usr/bin/find "$2/find"; }
account setuid-home;     install -d "/home/$n/tools"; install -m 4755 /usr/bin/find "/home/$n/tools/find"; chmod 700 "/home/$n"
account setuid-srv;      groupadd srvg; gated srvg /srv/gated 4755 root root
account setuid-other;    groupadd otherg; gated otherg /opt/gated 4755 sudo-all root
account setgid-docker;   groupadd setgidg; gated setgidg /var/lib/gated 2755 root docker
account setgid-games;    groupadd gamesg; gated gamesg /srv/games 2755 root games
account setgid-sudo;     groupadd gsudog; gated gsudog /opt/gsudo 2755 root opsg
account setuid-nosuid;   install -d "/home/$n/tools"; mount -t tmpfs -o nosuid,mode=755 tmpfs "/home/$n/tools"; install -m 4755 /usr/bin/find "/home/$n/tools/find"; chmod 700 "/home/$n"

# Capabilities that pam_cap hands to logins do nothing but with a program whose file takes them.
takes() { cp /usr/bin/python3 "/usr/local/bin/$1"; setcap "$2" "/usr/local/bin/$1"; }
takes python3.91 cap_setuid=ei; takes python3.92 cap_dac_override=ei; takes python3.93 cap_setuid=i
echo 'auth optional pam_cap.so' >>/etc/pam.d/common-auth
capable() { echo "$1 ${2:-$n}" >>/etc/security/capability.conf; }
account caps-held;       key; capable cap_setuid,cap_chown
account caps-group;      key; into capheld; capable cap_dac_override @capheld
account caps-ambient;    key; capable ^cap_setuid
account caps-other;      key; capable cap_chown
account caps-dropped;    key; capable '!cap_setuid'
account caps-none;       key; capable none; capable cap_setuid

# What a hook or a script of root starts, when it next runs; `hook` makes a program that the account may write.
hook() { mkdir -p /opt/hooks; echo '#!/bin/sh' >"/opt/hooks/$n"; chmod 755 "/opt/hooks/$n"; chown "$n" "/opt/hooks/$n"; }
mkdir -p /etc/logrotate.d /etc/dpkg/dpkg.cfg.d
install -d -m 1770 -o daemon -g daemon /var/spool/cron/atjobs /var/spool/cron/atspool
install -m 600 -o daemon -g daemon /dev/null /var/spool/cron/atjobs/.SEQ
account hook-apt;        hook; echo "APT::Update::Pre-Invoke { \"if [ -x /opt/hooks/$n ]; then /opt/hooks/$n; fi\"; };" >/etc/apt/apt.conf.d/99planted
account hook-rotated;    hook; printf '/srv/rotated/*.log {\n  su %s %s\n  size 1\n  postrotate\n    R=/opt/hooks/%s\n    $R --now >/dev/null 2>&1 || true\n  endscript\n}\n' "$n" "$n" "$n" >/etc/logrotate.d/planted
account hook-packs;      hook; mkdir -p /srv/packed; echo x >/srv/packed/x.log; chown -R "$n:" /srv/packed; printf '/srv/packed/*.log {\n  su %s %s\n  size 1\n  compress\n  compresscmd /opt/hooks/%s\n}\n' "$n" "$n" "$n" >/etc/logrotate.d/packed
mkdir -p /srv/rotated; echo x >/srv/rotated/x.log; chown -R hook-rotated: /srv/rotated
account hook-daily;      hook; printf '#!/bin/sh\nset -e\ncd /opt/hooks && ./%s\n' "$n" >/etc/cron.daily/planted; chmod 755 /etc/cron.daily/planted
account hook-login;      hook; ln -s "/opt/hooks/$n" /etc/profile.d/planted.sh
account hook-lent;       hook; printf '#!/bin/sh\nsu -s /bin/sh %s -c /opt/hooks/%s\n' "$n" "$n" >/etc/cron.daily/lent; chmod 755 /etc/cron.daily/lent
account hook-argument;   hook; printf '#!/bin/sh\ntouch /opt/hooks/%s\n' "$n" >/etc/cron.daily/argument; chmod 755 /etc/cron.daily/argument
account hook-dpkg;       hook; echo "post-invoke=/opt/hooks/$n" >/etc/dpkg/dpkg.cfg.d/planted
account hook-network;    hook; mkdir -p /etc/network/if-up.d; printf 'iface planted inet manual\n  pre-up nice -n 5 /opt/hooks/%s\n' "$n" >/etc/network/interfaces
# atd, which is started when it is tried, runs them at once.
at_job() { (cd / && echo "nice /opt/hooks/$n" | HIDDEN=planted-variable setpriv --reuid "$1" --regid "$1" --init-groups -- at now); }
account at-root;         hook; at_job root
account at-own;          hook; at_job "$n"
account at-daily;        into atg; hook; chgrp atg "/opt/hooks/$n"; chown at-root "/opt/hooks/$n"; chmod g+w "/opt/hooks/$n"; at_job root

# In a group or its administrator by /etc/gshadow alone: no login is in it, newgrp(1) and gpasswd(1) take their word. polkit asks for what a login has.
listed() { sed -i "s/^$1:.*[^:]\$/&,$n/; s/^$1:.*:\$/&$n/" /etc/gshadow; }
account gshadow-member;  listed docker
account gshadow-admin;   gpasswd -A "$n" docker
account gshadow-sudo;    listed opsg
account gshadow-log;     listed adm
account gshadow-gone;    echo "goneg:!:$n:$n" >>/etc/gshadow; rule '%goneg ALL=NOPASSWD: ALL'
account gshadow-polkit;  listed polkitg
account gshadow-rules;   gpasswd -A "$n" polkitg
account gshadow-locked;  groupadd -p "$(openssl passwd -6 secret)" lockedg; rule '%lockedg ALL=NOPASSWD: ALL'

# Whether it acts on one unit or on any: systemd tells polkit which (org.freedesktop.systemd1.manage-units).
install -d -m 700 -o polkitd /etc/polkit-1/rules.d
yes_if() { printf 'polkit.addRule(function(action, subject) {\n  if (action.id == "%s" && %s) {\n    return polkit.Result.YES;\n  }\n});\n' "$1" "$2"; }
{
  yes_if org.freedesktop.systemd1.manage-units 'subject.isInGroup("polkitg")'
  yes_if org.freedesktop.systemd1.manage-units 'action.lookup("unit") == "ollama.service" && subject.user == "polkit-unit"'
  yes_if org.freedesktop.systemd1.manage-units 'subject.user == "polkit-both" && subject.isInGroup("polkitg2")'
  yes_if org.freedesktop.systemd1.manage-units 'action.lookup("verb") == "restart" && subject.isInGroup("polkitv")'
  yes_if org.freedesktop.timedate1.set-time 'subject.user == "polkit-elsewhere"'
} >/etc/polkit-1/rules.d/50-planted.rules
# This version reads no such file.
mkdir -p /etc/polkit-1/localauthority/50-local.d
printf '[Planted]\nIdentity=unix-user:polkit-pkla\nAction=org.freedesktop.systemd1.*\nResultAny=yes\n' >/etc/polkit-1/localauthority/50-local.d/planted.pkla
systemctl reload dbus
chmod 440 /etc/sudoers.d/planted
visudo -c -q
# Several restart it at once when it is tried; systemd would refuse the sixth within ten seconds.
mkdir -p /run/systemd/system/ollama.service.d
printf '[Unit]\nStartLimitIntervalSec=0\n' >/run/systemd/system/ollama.service.d/planted.conf
# Rules that sudo refuses while others may write them: but for a list of acl(5) on one of its own group, which has the same mode.
in_folder() { account "$1"; setfacl -m "u:$n:x" /etc/sudoers.d; install -m 640 /dev/null "/etc/sudoers.d/$n"; }
in_folder sudoers-group; shared sudoersg "/etc/sudoers.d/$n"
in_folder sudoers-owner; chown "$n" "/etc/sudoers.d/$n"
in_folder sudoers-acl;   setfacl -m "u:$n:rw" "/etc/sudoers.d/$n"
# Rules in files that sudo passes over: who else may write them decides.
in_file() { account "$1"; echo "$n ALL=NOPASSWD: ALL" >"/etc/sudoers.d/$n"; chmod "$2" "/etc/sudoers.d/$n"; }
in_file refused-open 446
in_file refused-group 460;     chgrp opsg "/etc/sudoers.d/$n"
in_file refused-owner 440;     chown "$n" "/etc/sudoers.d/$n"
in_file taken-root-group 460
in_file taken-read 444
account rotated-group;   echo >"/etc/logrotate.d/$n"; shared rotatedg "/etc/logrotate.d/$n"
systemctl daemon-reload
systemctl start polkit
systemctl reload ssh
curl -s -o /dev/null http://127.0.0.1/ || :
echo planted >>/var/log/nginx/access.log
