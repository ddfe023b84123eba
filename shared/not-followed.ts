/** Ways to rights that no list of accounts follows, for whoever reads one. */
export const NOT_FOLLOWED =
  'Not followed: what policies of D-Bus let programs do, what polkit grants to whoever sits at the console, SELinux and AppArmor, namespaces, setuid and setgid programs more than three folders deep or in other places than usual, jobs of at(1) in other places than /var/spool/cron/atjobs, what scripts start that are none of a shell’s, that only root may read or that sudo runs, what monit runs, and passwords or keys that people share.'
