# A host that asks a directory: 10,000 accounts and 300 groups in slapd, asked by nslcd. Packages on stdin (tar). Run as root.   shellcheck shell=sh
set -eu
mkdir /srv/directory && cd /srv/directory && tar -x
for package in *.deb; do dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C /; done
ldconfig
mkdir db
cat >slapd.conf <<'C'
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
sizelimit unlimited
database mdb
maxsize 1073741824
suffix dc=lab
directory /srv/directory/db
index objectClass,uid,uidNumber,gidNumber,memberUid,cn eq
C
# The account of Gatehouse that changes hosts is in a group of the directory, as an account of a host may be.
awk 'BEGIN {
  print "dn: dc=lab\nobjectClass: dcObject\nobjectClass: organization\no: lab\ndc: lab\n"
  for (i = 0; i < 10000; i++)
    printf "dn: uid=u%05d,dc=lab\nobjectClass: account\nobjectClass: posixAccount\ncn: U %d\nuid: u%05d\nuidNumber: %d\ngidNumber: %d\nhomeDirectory: /home/u%05d\nloginShell: /bin/bash\n\n", i, i, i, 100000 + i, 200000 + i % 300, i
  for (g = 0; g < 300; g++) {
    printf "dn: cn=g%03d,dc=lab\nobjectClass: posixGroup\ncn: g%03d\ngidNumber: %d\n", g, g, 200000 + g
    for (i = g; i < 10000; i += 150) printf "memberUid: u%05d\n", i
    if (g == 2) print "memberUid: gatehouse-change"
    print ""
  }
}' | slapadd -q -f slapd.conf
systemd-run -q --unit=directory slapd -d 0 -f /srv/directory/slapd.conf -h ldap://127.0.0.1/
printf 'uid root\ngid root\nuri ldap://127.0.0.1/\nbase dc=lab\npagesize 500\n' >/etc/nslcd.conf
# It hands its accounts out again when it is told to list none.
systemd-run -q --unit=directory-asks nslcd -d
sed -i 's/^passwd:.*/passwd: files ldap/; s/^group:.*/group: files ldap/' /etc/nsswitch.conf
until getent passwd u09999 >/dev/null; do sleep 0.1; done
# What this host says of some of them.
{
  printf 'User_Alias OPS = u00005, !u00015\nOPS ALL=(ALL) NOPASSWD: ALL\n%%g002 ALL=(ALL) ALL\n%%g003 ALL=(ALL) ALL\n'
} >/etc/sudoers.d/directory
chmod 440 /etc/sudoers.d/directory
mkdir -p /home/u00009/.ssh
cp /home/gatehouse-audit/.ssh/authorized_keys /home/u00009/.ssh/
chown -R u00009 /home/u00009
chmod 700 /home/u00009/.ssh
echo '1 1 1 1 * true' | crontab -u u00010 -
loginctl enable-linger u00011
echo '#' >/etc/cron.d/owned
chown u00012 /etc/cron.d/owned
# sshd lets in whoever is there.
rm -f /etc/ssh/sshd_config.d/20-hardened.conf
systemctl reload ssh
