# A host that asks LDAP through SSSD: accounts, groups, keys and rules of sudo; only d1 may log in. Packages on stdin (tar). Run as root.   shellcheck shell=sh
set -eu
mkdir /srv/directory && cd /srv/directory && tar -x
for package in *.deb; do dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C /; done
ldconfig
mkdir db
cat >slapd.conf <<'C'
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
attributetype ( 1.3.6.1.4.1.15953.9.1.1 NAME 'sudoUser' EQUALITY caseExactIA5Match SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )
attributetype ( 1.3.6.1.4.1.15953.9.1.2 NAME 'sudoHost' EQUALITY caseExactIA5Match SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )
attributetype ( 1.3.6.1.4.1.15953.9.1.3 NAME 'sudoCommand' EQUALITY caseExactIA5Match SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )
attributetype ( 1.3.6.1.4.1.15953.9.1.5 NAME 'sudoOption' EQUALITY caseExactIA5Match SYNTAX 1.3.6.1.4.1.1466.115.121.1.26 )
attributetype ( 1.3.6.1.4.1.24552.500.1.1.1.13 NAME 'sshPublicKey' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 )
objectclass ( 1.3.6.1.4.1.15953.9.2.1 NAME 'sudoRole' SUP top STRUCTURAL MUST cn MAY ( sudoUser $ sudoHost $ sudoCommand $ sudoOption $ description ) )
objectclass ( 1.3.6.1.4.1.24552.500.1.1.2.0 NAME 'ldapPublicKey' SUP top AUXILIARY MAY ( sshPublicKey $ uid ) )
modulepath /usr/lib/ldap
moduleload back_mdb
database mdb
suffix dc=lab
directory /srv/directory/db
C
ssh-keygen -q -t ed25519 -N '' -f /root/dir.key
sed 's/^/127.0.0.1 /' /etc/ssh/ssh_host_*_key.pub >/root/dir.hosts
key=$(cat /root/dir.key.pub)
{
  printf 'dn: dc=lab\nobjectClass: dcObject\nobjectClass: organization\no: lab\ndc: lab\n\ndn: ou=sudoers,dc=lab\nobjectClass: organizationalUnit\nou: sudoers\n\n'
  for i in 1 2 3; do
    printf 'dn: uid=d%s,dc=lab\nobjectClass: account\nobjectClass: posixAccount\nobjectClass: ldapPublicKey\ncn: D\nuid: d%s\nuidNumber: 10000%s\ngidNumber: 200001\nhomeDirectory: /home/d%s\nloginShell: /bin/bash\nsshPublicKey: %s\n\n' $i $i $i $i "$key"
  done
  printf 'dn: cn=dg,dc=lab\nobjectClass: posixGroup\ncn: dg\ngidNumber: 200001\n\ndn: cn=dadmins,dc=lab\nobjectClass: posixGroup\ncn: dadmins\ngidNumber: 200002\nmemberUid: d2\nmemberUid: local1\n\n'
  printf 'dn: cn=r1,ou=sudoers,dc=lab\nobjectClass: sudoRole\ncn: r1\nsudoUser: d3\nsudoUser: local2\nsudoHost: ALL\nsudoCommand: ALL\nsudoOption: !authenticate\n\n'
} | slapadd -q -f slapd.conf
systemd-run -q --unit=directory slapd -d 0 -f /srv/directory/slapd.conf -h ldap://127.0.0.1/
for n in local1 local2 local3; do useradd -m -s /bin/bash "$n"; done
mkdir -p /etc/sssd /var/log/sssd
for f in db mc pipes/private pubconf gpo_cache secrets; do mkdir -p "/var/lib/sss/$f"; done
cat >/etc/sssd/sssd.conf <<'C'
[sssd]
services = nss, pam, sudo, ssh
domains = lab
[domain/lab]
id_provider = ldap
auth_provider = none
access_provider = simple
simple_allow_users = d1
sudo_provider = ldap
ldap_uri = ldap://127.0.0.1/
ldap_search_base = dc=lab
ldap_sudo_search_base = ou=sudoers,dc=lab
ldap_id_use_start_tls = false
enumerate = false
ldap_enumeration_refresh_offset = 0
C
chmod 600 /etc/sssd/sssd.conf
sed -i 's/^passwd:.*/passwd: files sss/; s/^group:.*/group: files sss/; /^sudoers/d' /etc/nsswitch.conf
echo 'sudoers: files sss' >>/etc/nsswitch.conf
systemd-run -q --unit=sssd0 sssd -i -d 0
echo '%dadmins ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/dir
chmod 440 /etc/sudoers.d/dir
sed -i 's/^@include common-account/account [default=bad success=ok user_unknown=ignore] pam_sss.so\n&/' /etc/pam.d/sshd
rm -f /etc/ssh/sshd_config.d/20-hardened.conf
printf 'AuthorizedKeysCommand /usr/bin/sss_ssh_authorizedkeys\nAuthorizedKeysCommandUser root\n' >/etc/ssh/sshd_config.d/20-sss.conf
systemctl reload ssh
until getent passwd d1 >/dev/null; do sleep 0.2; done
