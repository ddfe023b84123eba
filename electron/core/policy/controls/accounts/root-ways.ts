import type { Account, Accounts } from '../../../facts/accounts/accounts.ts'
import type { Sudoers, SudoRule } from '../../../facts/privileged/privileged.ts'
import type { Citation } from '../../control.ts'
import { isRootFile } from './root-files.ts'

/** One way in which an account becomes root. */
export interface RootWay {
  /** `group docker`, `sudo for ALL without a password`. */
  readonly way: string
  /** How, in words, for the reason. */
  readonly how: string
  readonly cite: Citation
}

/** Groups whose members are root by another name. */
export const rootGroups: Readonly<Record<string, string>> = {
  docker: 'docker run -v /:/host --privileged gives a root shell on the host',
  lxd: 'a privileged container of LXD mounts / of the host',
  'incus-admin': 'a privileged container of Incus mounts / of the host',
  libvirt: 'a virtual machine takes the disks of the host',
  disk: 'debugfs on the raw disk reads and writes every file',
  shadow: 'password hashes can be read and broken elsewhere',
  kmem: 'the memory of the kernel can be read',
  microk8s: 'a privileged pod mounts / of the host',
  libvirtd: 'a virtual machine takes the disks of the host',
}

/** Words of one kind, as an expression of whole names. */
const names = (...lines: readonly string[]): RegExp => new RegExp(`^(?:${lines.join(' ').trim().split(/\s+/).join('|')})$`)

const shells = names('(?:ba|da|a|z|k|mk|c|tc|fi|sa)?sh rbash busybox toybox')
/** Without a program of their own these ask for one, line by line. */
const interpreters = names(
  'python[\\d.]* i?pypy3? ipython[\\d.]* perl[\\d.]* ruby[\\d.]* irb lua[\\d.]* luajit node nodejs deno bun php[\\d.]* tclsh[\\d.]* R julia guile',
)

/** Programs that start others, write any file or take any memory: with free arguments they give a root shell (see gtfobins.github.io). */
const escapes = names(
  'su sudo doas pkexec runuser sg newgrp login env capsh setpriv setarch unshare nsenter chroot start-stop-daemon run-parts',
  'man awk [gmn]awk sed ed find fd xargs parallel watch script scriptreplay expect unbuffer rlwrap screen tmux byobu zellij dtach',
  'time timeout nice ionice chrt taskset numactl stdbuf flock prlimit cpulimit softlimit logsave',
  'tee sponge cp mv dd install ln link chmod chown chgrp setfacl setcap mknod truncate patch rename sort shuf split csplit xxd iconv cpio pax ar tar bsdtar zip unzip 7z[ar]? unsquashfs rsync rclone scp sftp ssh ssh-keygen ssh-agent sshpass sshfs autossh l?ftp tftp telnet',
  'wget curl aria2c axel socat nc ncat netcat nmap tcpdump tshark dumpcap wireshark hping3 iftop ip openvpn wg-quick openssl gpg2?',
  'git hg svn tig make cmake ninja gcc g\\+\\+ cc c\\+\\+ ld as gdb strace ltrace perf bpftrace stap valgrind crash go cargo rustc java jshell jrunscript Rscript octave erl iex elixir ghci? runghc scala sbcl',
  'pip[\\d.]* pipx uv uvx poetry conda mamba micromamba npm npx yarn pnpm gem bundler? rake cpan easy_install pytest jupyter(?:-\\w+)? torchrun deepspeed accelerate gunicorn uvicorn vllm huggingface-cli hf',
  'docker(?:-compose)? podman nerdctl ctr crictl runc crun buildah skopeo kubectl k3s k0s helm minikube microk8s(?:[.\\w-]*)? lxc incus lxc-\\w+ virsh qemu-\\S+ singularity apptainer systemd-nspawn machinectl nvidia-docker',
  'mount losetup debugfs dmsetup mdadm kexec insmod modprobe sysctl ldconfig update-alternatives alternatives',
  'systemctl systemd-run systemd-mount systemd-tmpfiles systemd-sysusers service rc-service invoke-rc.d initctl loginctl busctl coredumpctl journalctl dmesg',
  'visudo vipw vigr passwd chpasswd newusers adduser addgroup useradd usermod groupmod gpasswd chsh crontab incrontab at batch logrotate monit supervisord pm2 certbot acme.sh restic borg duplicity',
  'apt apt-get aptitude dpkg(?:-\\w+)? yum dnf microdnf zypper pacman apk emerge rpm\\w* snap flatpak ansible(?:-\\w+)? puppet chef-\\w+ salt-call terraform packer vagrant',
  'nginx apache2(?:ctl)? apachectl httpd caddy haproxy rsyslogd syslog-ng exim4? sendmail mailx? mutt mysql mariadb psql sqlite3 redis-server',
)

/** Not one that a backslash makes a plain character. */
const WILDCARD = /(?<!\\)[*?[]/

/** Editors write any file and start a shell, whatever file they begin with. */
const editors = names('vim? vim\\..* vimdiff rvim view rview nvim ex ed nano pico emacs\\S* joe jed micro mcedit mc visudo vipw vigr gdb')
/** So do pagers, by `!`: but where they may start nothing (NOEXEC). */
const pagers = names('less more most man')
/** Others from which a shell is started by a word or a key, whatever they begin with. */
const consoles = names('screen tmux byobu zellij mysql mariadb psql sqlite3 l?ftp sftp telnet iftop tig mutt mailx? aptitude')
/** What helps only by starting another program. */
const starters = names(
  'su sudo doas pkexec runuser sg env man less more most nsenter unshare chroot ssh screen tmux byobu script watch xargs parallel time timeout nice ionice chrt taskset setarch setpriv stdbuf flock prlimit cpulimit run-parts start-stop-daemon',
)
/** Subcommands of git whose output goes through a pager. */
const paged = names('log diff show blame help grep branch tag reflog shortlog')

/** Programs that are setuid by design, and ask who calls. */
const asksItself = names('su sudo doas pkexec mount umount passwd chsh crontab at screen newgrp gpasswd login sg')
/** Does whoever starts this program, which is root by a bit or by capabilities, get further than it is meant to lead? */
export const isStarter = (path: string): boolean => !asksItself.test(path.slice(path.lastIndexOf('/') + 1)) && givesRoot(path)

/**
 * Does running this as root give root for all? Exact arguments bind most programs; a `*` among them, or none at all, does not (sudoers(5)). `noExec`:
 * what it starts may start nothing.
 */
export function givesRoot(command: string, noExec = false): boolean {
  if (command === 'ALL') return true
  const [path = '', ...words] = command.split(/\s+/)
  // An expression of sudoers(5): by each program that it names.
  if (path.startsWith('^'))
    return /[*+?[]/.test(path) || path.split(/[^\w.-]+/).some((name) => name !== '' && givesRoot([`/${name}`, ...words].join(' '), noExec))
  if (path.endsWith('/') || WILDCARD.test(path)) return true
  const program = path.slice(path.lastIndexOf('/') + 1)
  if (path === 'sudoedit') return words.length === 0 || words.some(isRootFile)
  if (noExec && starters.test(program)) return false
  const alone = words[0] === '""'
  const free = words.length === 0 || words.some((word) => WILDCARD.test(word)) || (words[0]?.startsWith('^') === true && /\+/.test(command))
  const others = words.filter((word) => !word.startsWith('-'))
  // A file or a command that is named binds them, unless others may write it (`programsOf`).
  if (shells.test(program) || interpreters.test(program)) return free || alone || others.length === 0
  if (program === 'su') return free || alone || others.length === 0 || others.includes('root')
  if (program === 'passwd' && !noUserOf(words)) return true
  if (!alone && (editors.test(program) || (pagers.test(program) && words.length > 0))) return true
  if (!noExec && consoles.test(program)) return true
  if (!noExec && program === 'git' && words.some((word) => paged.test(word))) return true
  if ((program === 'systemctl' && words.includes('edit')) || (program === 'crontab' && words.includes('-e'))) return true
  if (program === 'tee' && words.some(isRootFile)) return true
  return free && !alone && escapes.test(program)
}

/** passwd(1) of a user that is named, and not root. */
const noUserOf = (words: readonly string[]): boolean => words.some((word) => !/^(?:-|""$|root$)/.test(word))

/** Files that decide what a command does, where it names them: its program, and what an interpreter or a wrapper is given. */
export function programsOf(command: string): readonly string[] {
  const [path = '', ...words] = command.split(/\s+/)
  const program = path.slice(path.lastIndexOf('/') + 1)
  if (!path.startsWith('/') || path.endsWith('/') || WILDCARD.test(path)) return []
  const given =
    shells.test(program) || interpreters.test(program) || starters.test(program) ? words.find((word) => word.startsWith('/')) : undefined
  return given === undefined || WILDCARD.test(given) ? [path] : [path, given]
}

export const groupsOf = (account: Account, { groups }: Accounts) =>
  groups.filter(({ gid, members }) => gid === account.gid || members.includes(account.name))

/** Grants that name this account, itself or by a group. */
export function rulesFor(account: Account, accounts: Accounts, { rules }: Sudoers): readonly SudoRule[] {
  const groups = groupsOf(account, accounts)
  return rules.filter(({ user }) => {
    if (user === 'ALL' || user === account.name || user === `#${account.uid}`) return true
    return groups.some(({ name, gid }) => user === `%${name}` || user === `%#${gid}`)
  })
}

/** Every way that an account has to become root without anyone else's help. The root account itself is not asked about. */
export function rootWays(account: Account, accounts: Accounts, sudoers: Sudoers | undefined): readonly RootWay[] {
  const groups = groupsOf(account, accounts).flatMap((group): RootWay[] => {
    const how = rootGroups[group.name]
    return how ? [{ way: `group ${group.name}`, how, cite: { section: 'groups', line: group.line, token: group.name } }] : []
  })
  const rules = (sudoers ? rulesFor(account, accounts, sudoers) : []).filter(
    ({ asRoot, negated, command, noPassword, noExec, setEnv }) =>
      asRoot && !negated && (setEnv || givesRoot(command, noExec)) && (noPassword || !sudoers?.asksForRoot),
  )
  const sudo = rules.map(
    (rule): RootWay => ({
      way: `sudo ${rule.command.slice(0, 60)}${rule.noPassword ? ' without a password' : ''}`,
      how: `${rule.file} grants it to ${rule.user}`,
      cite: { section: 'privileged', line: rule.line, token: rule.command.slice(0, 60) },
    }),
  )
  return [...groups, ...sudo]
}
