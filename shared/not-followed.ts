/** Ways to rights that no list of accounts follows, for whoever reads one. */
export const NOT_FOLLOWED =
  'Not followed: what policies of D-Bus and actions of polkit let programs do, SELinux and AppArmor, namespaces, setuid and setgid programs more than three folders deep, and passwords or keys that people share.'
