/** Ways to rights that no list of accounts follows, for whoever reads one. */
export const NOT_FOLLOWED =
  'Not followed: what policies of D-Bus and actions of polkit let programs do, SELinux and AppArmor, namespaces, who is in a group or administers it by /etc/gshadow alone, setuid programs outside of the usual folders, and passwords or keys that people share.'
