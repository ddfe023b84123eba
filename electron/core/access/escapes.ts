import { isRootFile } from './root-files.ts'

/**
 * Which commands give whoever runs them as root all of root. The principle: what starts a program that the caller names, writes a file that the caller names, or does
 * what a file says that the caller may change. Which programs do so only a list can say; theirs are after gtfobins.github.io and the programs’ own manuals.
 */

/** Words of one kind, as an expression of whole names. */
const names = (...lines: readonly string[]): RegExp => new RegExp(`^(?:${lines.join(' ').trim().split(/\s+/).join('|')})$`)

const shells = names('(?:ba|da|a|z|k|mk|c|tc|fi|sa|ya|po|pw)?sh rbash busybox toybox nu elvish')
/** Without a program of their own these ask for one, line by line. */
const interpreters = names(
  'python[\\d.]* i?pypy3? ipython[\\d.]* perl[\\d.]* ruby[\\d.]* irb lua[\\d.]* luajit node nodejs deno bun php[\\d.]* tclsh[\\d.]* wish[\\d.]* R julia guile xonsh',
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
  'supervisorctl visudo vipw vigr passwd chpasswd newusers adduser addgroup useradd usermod groupmod gpasswd chsh crontab incrontab at batch logrotate monit supervisord pm2 certbot acme.sh restic borg duplicity',
  'apt apt-get aptitude dpkg(?:-\\w+)? yum dnf microdnf zypper pacman apk emerge rpm\\w* snap flatpak ansible(?:-\\w+)? puppet chef-\\w+ salt-call terraform packer vagrant',
  'nginx apache2(?:ctl)? apachectl httpd caddy haproxy rsyslogd syslog-ng exim4? sendmail mailx? mutt mysql mariadb psql sqlite3 redis-server',
  'ld-linux\\S* ld\\.so fakeroot clang(?:\\+\\+)? cuda-gdb rocgdb gcore pidstat dotnet composer gnuplot m4 latex (?:pdf|lua|xe)(?:la)?tex nroff troff run-mailcap task slsh setlock',
  'uwsgi hypercorn streamlit flask celery mlflow litellm snakemake nextflow papermill ray tritonserver sbatch salloc enroot nvidia-container-cli',
  'dnsmasq dhclient dhcpcd udhcpc pppd wpa_supplicant wpa_cli keepalived xinetd sshd fail2ban-client fluent-bit fluentd td-agent telegraf vector gitlab-runner nomad consul',
  'groupmems exiftool dos2unix unix2dos zstd lz4 crudini augtool ffmpeg criu restore borgmatic kopia rdiff-backup rsnapshot pg_dump',
  'agetty cdist cobc csvtool dc distcc dvips easyrsa genie genisoimage gimp gtester jjs jtag knife latexmk lwp-download msfconsole msgfilter opkg pandoc pdb perlbug pexec pry qpdf rtorrent scrot socket sqlmap varnishncsa volatility xdotool',
  'ifup ifdown nvidia-ctk kernel-install dkms dracut mkinitramfs update-initramfs grub-mkconfig needrestart update-ca-certificates exportfs anacron incrond fcrontab cvtsudoers portablectl systemd-(?:dissect|sysext|confext|firstboot) homectl varlinkctl',
  'lighttpd squid varnishd (?:mysql|mariadb-)(?:dump|admin) zabbix_agentd nrpe promtail otelcol\\S* filebeat goaccess glances pdsh clush salt salt-ssh cf-agent gdebi alien pkcon aptdcon add-apt-repository btrfs xfs_io xfs_db e2image mkfs(?:\\.\\w+)? mke2fs',
  'age sops gpg-agent umoci crane cosign helmfile kustomize pre-commit nox invoke hatch pdm pixi rye rustup mix stack cabal nix(?:-\\w+)? nixos-rebuild guix sbuild pbuilder cowbuilder mock local-ai sglang trtllm-serve text-generation-launcher colossalai dvc wandb code(?:-server)?',
  'aws gcloud gsutil s3cmd s5cmd azcopy oras yt-dlp bazel meson scons tofu terragrunt pulumi k9s kubeadm kubelet rke2 oc dockerd containerd distrobox toolbox lazydocker debootstrap mmdebstrap',
  'check_by_ssh irqbalance powertop chkrootkit rkhunter freshclam clamd?scan snmpd collectd netdata osquery[id] slurmd slurmctld salt-(?:minion|master|run) ba(?:cula|reos)-fd sysdig cockpit-bridge',
  'dump xfsrestore sg_raw sg_dd lvm lv(?:create|extend|resize|change|convert) drbdadm mount\\.\\w+ vzdump proxmox-backup-client ostree virt-install multipass VBoxManage ch-run udocker az',
  'postfix dovecot doveadm php-fpm[\\d.]* unbound named envoy',
  'apt-(?:cache|mark|config|cdrom|key|sortpkgs|ftparchive|extracttemplates) do-release-upgrade debconf ip6?tables(?:-legacy|-nft)?-save ip6?tables-legacy(?:-restore)? dmidecode check_log xdg-user-dir',
  'acr aoss arch-nspawn asterisk autoconf autoheader autom4te automake autoreconf bashbug bbot bconsole bee byebug c[89]9 codex cowsay cowthink dosbox dstat eb enscript facter forge fzf groff jtag ksshell lxd msgconv mypy nasm yasm pic procmail pygmentize rc red redcarpet rust(?:doc|fmt) tgdb tsc etex uudecode wine zic',
  'fio sysbench hashcat nm strip objcopy ranlib bpftool kpatch chezmoi stow ssh-import-id mosh(?:-server)? syncthing unison lsyncd lazygit jj fossil bzr cvs darcs podman-remote kind systemd-(?:stdio-bridge|vmspawn) buildkitd sshuttle',
  'airflow dagster luigi kedro prefect bentoml jupyterhub modal sky fastapi gradio chainlit koboldcpp text-generation-server aphrodite lmdeploy open-webui comfy openvscode-server ttyd gotty shellinaboxd wetty sshx upterm',
)

/** Of these only what is named leads there, each by its manual: nvme(1) writes to the disk, a file system of zfs(8) brings programs that are setuid. */
const verbs: Readonly<Record<string, RegExp>> = {
  udevadm: names('lock'),
  cpupower: names('monitor'),
  userdbctl: names('ssh-authorized-keys'),
  networkctl: names('edit'),
  'systemd-creds': names('encrypt decrypt'),
  nvme: names('write (?:io|admin)-passthru'),
  zfs: names('receive recv set mount clone'),
  zpool: names('import'),
  tailscale: names('up set login serve funnel file'),
  qm: names('set create monitor restore'),
  pct: names('set create restore pull'),
  pvesh: names('create set'),
  'transactional-update': names('shell run pkg'),
  'rpm-ostree': names('install override rebase'),
  bootc: names('switch install edit'),
  'cloud-init': names('single init modules'),
  'vmware-toolbox-cmd': names('script'),
  pcs: names('resource stonith cib'),
  crm: names('configure script cluster'),
  veeamconfig: names('job'),
  vault: names('agent server'),
  tc: names('exec'),
  etckeeper: names('vcs'),
  importctl: names('(?:pull|import)-\\S+'),
  cryptsetup: names('\\w*[oO]pen luks\\w+ resize reencrypt refresh'),
  boundary: names('connect'),
}

/**
 * With these first all behind them is bound: no option of theirs starts or writes anything, and docker(1) takes those of its own before the verb alone, supervisorctl(1)
 * the file of settings that names what it loads. podman(1) takes `--runtime` behind the verb as well.
 */
const bounded: Readonly<Record<string, RegExp>> = {
  docker: names('logs restart stop kill rm ps stats top port inspect images version info pause unpause wait events diff history'),
  supervisorctl: names('status start stop restart signal tail pid clear reread update add remove avail maintail version reload shutdown'),
}

/** Not one that a backslash makes a plain character. */
const WILDCARD = /(?<!\\)[*?[]/

/** Editors write any file and start a shell, whatever file they begin with. */
const editors = names(
  'vim? vim\\..* vimdiff rvim view rview nvim ex ed nano pico emacs\\S* joe jed micro mcedit mc visudo vipw vigr edquota gdb',
)
/** So do pagers, by `!`, what comes in on a pipe as well: but where they may start nothing (NOEXEC). */
const pagers = names('[bxl]?z?less z?more bzmore xzmore most bat(?:cat)?')
/** Others from which a shell is started by a word or a key, whatever they begin with. */
const consoles = names(
  'screen tmux tmate byobu zellij mysql mariadb psql sqlite3 l?ftp ncftp psftp sftp telnet iftop tig mutt mailx? aptitude htop nmtui ncdu minicom tasksh tdbtool ginsh scanmem lnav multitail pg zathura mongo(?:sh)? duckdb clickhouse-\\w+ w3m lynx e?links ranger nnn vifm lf smbclient alpine asterisk apport-cli lazygit ispell',
)
/** They do nothing but start what stands behind them, in other surroundings. */
const aroundOthers = [
  'env nsenter unshare chroot ssh script watch xargs parallel time timeout nice ionice chrt taskset setarch setpriv stdbuf flock prlimit cpulimit run-parts start-stop-daemon nohup setsid systemd-inhibit faketime firejail dbus-run-session',
  'openvt systemd-cat run0 proot fakechroot schroot cgexec hwloc-bind likwid-pin schedtool chpst gosu su-exec setuidgid tini dumb-init catatonit grc mise direnv',
  'waitmax negate turbostat py-spy memray scalene viztracer trace-cmd uftrace rr rocprof(?:v\\d)? vtune horovodrun',
  'aa-exec choom bwrap eatmydata catchsegv torsocks torify proxychains4? sem multitime hyperfine entr systemd-socket-activate nsys ncu compute-sanitizer nvprof mpirun mpiexec srun',
] as const
/** They start what stands behind them, and need no more than its name. */
const wrappers = names(...aroundOthers, 'capsh strace ltrace systemd-run machinectl rlwrap unbuffer expect logsave numactl softlimit')
/** Of those that start a shell where nothing stands behind them. */
const shellsThemselves = names('nsenter unshare chroot script capsh')
/** What helps only by starting another program. */
const starters = names(...aroundOthers, 'su sudo doas pkexec runuser sg man less more most screen tmux byobu make')
/** They do what a file says that lies where they are started, and sudo leaves its caller in the folder of its own choice. */
const ordersHere = names(
  'make gmake ninja npm npx yarn pnpm rake bundler? cargo go gradle mvn ant tox pytest terraform vagrant packer docker-compose podman-compose ansible-playbook fab just',
)
/** They read or write data, and do nothing of what stands in it. */
const readers = names(
  'cat awk [gmn]awk sed sort shuf split csplit xxd iconv zip 7z[ar]? cp mv dd install ln rsync rclone scp sftp l?ftp curl wget aria2c find truncate nc ncat netcat socat nmap ping dmesg mailx? mutt sendmail journalctl systemctl service rc-service time watch',
)
/** Whatever file they are given, they tell what stands in it or what it is. */
const onlyReads = /(?:^|\/)(?:[ef]?grep|cat|stat|ls|head|tail|wc|file|test|du|readlink|basename|md5sum|sha\d+sum)$/
/** They put a file into another place. */
const movers = names('cp mv dd install ln rsync tee sponge scp curl wget')
/** Programs that are setuid by design, and ask who calls. */
const asksItself = names(
  'su sudo doas pkexec mount(?:\\.\\w+)? umount passwd chsh crontab at screen newgrp gpasswd login sg exim4? firejail bwrap pppd',
)
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
  const program = withoutVersion(path.slice(path.lastIndexOf('/') + 1))
  if (path === 'sudoedit') return words.length === 0 || words.some(isRootFile)
  if (noExec && starters.test(program)) return false
  const alone = words[0] === '""'
  const free = words.length === 0 || words.some((word) => WILDCARD.test(word)) || (words[0]?.startsWith('^') === true && /\+/.test(command))
  const others = alone ? [] : words.filter((word) => !word.startsWith('-'))
  if (shells.test(program) || interpreters.test(program)) return free || isOpen(program, words, others)
  if (program === 'su') return free || others.length === 0 || others.includes('root')
  if (program === 'passwd' && !noUserOf(words)) return true
  if (editors.test(program) || pagers.test(program) || (program === 'man' && !alone)) return true
  if (!noExec && consoles.test(program)) return true
  if (!noExec && !alone && ordersHere.test(program) && !isPlaced(program, words)) return true
  if (program === 'git') return !noExec && !alone && (!words.includes('-C') || words.some((word) => paged.test(word)))
  if (!noExec && wrappers.test(program) && !alone && startsOpen(program, words, others)) return true
  if (
    (/^(?:systemctl|networkctl)$/.test(program) && words.includes('edit')) ||
    (program === 'transactional-update' && words.includes('shell')) ||
    (program === 'crontab' && words.includes('-e'))
  )
    return true
  if (/^(?:docker|podman|nerdctl)$/.test(program) && CONTAINER.test(` ${words.join(' ')} `)) return true
  // Without the name of a machine it is this one, and without that of an account root.
  if (program === 'machinectl' && others[0] === 'shell' && others.length < 3 && /^(?:(?:root)?@)?(?:\.host)?$/.test(others[1] ?? ''))
    return true
  if (movers.test(program) && movesToRoot(program, words)) return true
  if (bounded[program]?.test(words[0] ?? '')) return false
  const verb = verbs[program]
  if (verb) return free && !alone && (others[0] === undefined || WILDCARD.test(others[0]) || verb.test(others[0]))
  return free && !alone && [escapes, wrappers, ordersHere].some((kind) => kind.test(program))
}

/** `gcc-12` and `go1.21` are gcc and go, while sqlite3 is a name of its own. */
const withoutVersion = (program: string): string =>
  [shells, interpreters, escapes, consoles, wrappers].some((kind) => kind.test(program))
    ? program
    : program.replace(/(?<=[a-z+])[-.]?\d[\d.]*$/i, '')

/** Subcommands of git whose output goes through a pager. Without `-C` it is told what to start by the repository that it is called in. */
const paged = names('log diff show blame help grep branch tag reflog shortlog')

/** A container that is given the host and somebody to sit before it, or a composition of the folder that it is called in. */
const CONTAINER =
  / (?:run|create)(?=.* -\w*i\w* ).* (?:--privileged|--pid[ =]host|(?:-v|--volume|--mount)[ =](?:\S*(?:source|src)=)?\/(?:[: ,]|(?:etc|root|(?:var\/)?run\/docker\.sock)[:/ ,]))| compose (?!.*(?:-f|--file)[ =]\/)/

/** A shell or an interpreter that takes orders: from who sits before it, or from a file where it is called. One that is named by its whole path binds it. */
function isOpen(program: string, words: readonly string[], others: readonly string[]): boolean {
  if (others.length === 0) return true
  const inline = words.findIndex((word) => /^-(?:\w*c|\w*e)$/.test(word))
  // What stands inline is written in the rule; Python looks for its modules where it is called, but with -I.
  if (/^i?py/.test(program) && words.some((word) => /^-\w*[cm]$/.test(word))) return !words.some((word) => /^-\w*[IP]/.test(word))
  return inline < 0 && !others[0]?.startsWith('/')
}

/** `make -C /srv/app`: a folder or a file that is named by its whole path. Ansible reads ansible.cfg where it is called all the same. */
const isPlaced = (program: string, words: readonly string[]): boolean =>
  !program.startsWith('ansible') &&
  words.some((word, at) => /^-{1,2}[\w-]+=\//.test(word) || (/^-{1,2}[\w-]+$/.test(word) && words[at + 1]?.startsWith('/') === true))

/** Does systemd show its output in a pager? From 247 on that starts nothing where sudo runs it (systemctl(1), `SYSTEMD_PAGERSECURE`). */
export function pagesOutput(command: string): boolean {
  const [path = '', ...words] = command.split(/\s+/)
  const [, program] = /\/(systemctl|journalctl|loginctl|timedatectl|hostnamectl|networkctl|coredumpctl)$/.exec(path) ?? []
  if (program === undefined || words.includes('--no-pager')) return false
  const verb = words.find((word) => !word.startsWith('-'))
  return program !== 'systemctl' || verb === undefined || /^(?:status|show|cat|list-\S+|help)$/.test(verb)
}

/** What a wrapper starts: something that gives root by itself, or a shell of its own. */
function startsOpen(program: string, words: readonly string[], others: readonly string[]): boolean {
  // What xargs starts has arguments of whoever writes to it.
  const more = /^(?:xargs|parallel)$/.test(program) ? ' *' : ''
  const started = words.some((word, at) => {
    const name = word.slice(word.lastIndexOf('/') + 1)
    const rest = words.slice(at + 1)
    const opens =
      shells.test(name) ||
      interpreters.test(name) ||
      editors.test(name) ||
      pagers.test(name) ||
      wrappers.test(name) ||
      (more && escapes.test(name))
    return opens && givesRoot(`/${name} ${rest.length > 0 ? rest.join(' ') : more ? '' : '""'}${more}`.trim())
  })
  return started || (shellsThemselves.test(program) && others.filter((word) => !/^\d/.test(word)).length <= (program === 'chroot' ? 1 : 0))
}

/** A file of root that is written with what the caller says: from stdin, or from a file that is named from where it is called. */
function movesToRoot(program: string, words: readonly string[]): boolean {
  const files = words.map((word) => word.replace(/^(?:of|--output|-O|-o)=?(?=\/)/, ''))
  if (program === 'tee' || program === 'sponge') return files.some(isRootFile)
  return (
    isRootFile(files.at(-1) ?? '') &&
    words.slice(0, -1).some((word) => !word.startsWith('-') && (/^if=[^/]/.test(word) || !/^[\d/]|^\w+:|=/.test(word)))
  )
}

/** passwd(1) of a user that is named, and not root. */
const noUserOf = (words: readonly string[]): boolean => words.some((word) => !/^(?:-|""$|root$)/.test(word))

/** Files that decide what a command does, where it names them: its program, and what is given to one that does as they say. Who writes one decides it. */
export function programsOf(command: string): readonly string[] {
  const [path = '', ...words] = command.split(/\s+/)
  const program = path.slice(path.lastIndexOf('/') + 1)
  if (!path.startsWith('/') || path.endsWith('/') || WILDCARD.test(path)) return []
  const files = words.flatMap((word, at) => {
    // What is unpacked or mounted there is not decided by who may write the folder.
    if (/^(?:-C|--directory)$/.test(words[at - 1] ?? '') && /tar$/.test(program)) return []
    const file = /^(?:-{1,2}[\w-]*=?|\w+=)?(\/.*)$/.exec(word)?.[1]
    return file === undefined || WILDCARD.test(file) ? [] : [file]
  })
  if (shells.test(program) || interpreters.test(program)) return [path, ...files.slice(0, 1)]
  if (program === 'mount') return [path, ...files.slice(0, -1)]
  // They follow a link, which is put there by who may write the folder in which it stands.
  if (/^(?:ch(?:mod|own|grp)|setfacl|setcap)$/.test(program))
    return [path, ...files.map((file) => file.slice(0, file.lastIndexOf('/')) || '/')]
  if (movers.test(program) && isRootFile(files.at(-1) ?? '')) return [path, ...files.slice(0, -1)]
  const does = starters.test(program) || wrappers.test(program) || (escapes.test(program) && !readers.test(program))
  // An archive that is written takes what stands in those files, and one that is read puts it on the host.
  const packs =
    /^(?:bsd)?tar$/.test(program) &&
    !/^-?\w*x/.test(words[0] ?? '') &&
    !words.some((word) => /^(?:-\w*x\w*|--extract|--get|--to-command.*|-I.*)$/.test(word))
  const runsFound = program === 'find' && words.some((word, at) => /^-(?:exec|ok)/.test(word) && !onlyReads.test(words[at + 1] ?? ''))
  const orders = words.flatMap((word, at) =>
    /^(?:-f|--file|-K|--config|-e|-T|--from-file)$/.test(word) && words[at + 1]?.startsWith('/') ? (words[at + 1] ?? []) : [],
  )
  return [path, ...((does && !packs) || runsFound ? files : /^(?:awk|[gmn]awk|sed|curl|wget)$/.test(program) ? orders : [])]
}
