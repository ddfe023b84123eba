/** Up to the quote that was opened right before it, or before the account that stands there. */
const VALUE = `(?<=["'][^\\s"']{0,140})[^"'\\n]+(?=["'])|[^\\s"']+`

/**
 * Options and words of programs that take a secret under a name which says nothing (`-p`, `-a`, `-t`), after their manual pages: of other programs the same letter is
 * a port or a path. What every match contains, looked for first, and the pattern: what stands before the secret, and the secret.
 */
export const secretOptions: readonly (readonly [has: string, pattern: RegExp])[] = [
  // --basic-auth USER:PASSWORD
  ['auth', /((?<![\w-])--?(?:[a-z]+-)?auth[=\s]["']?[^\s:"']{1,128}:)(?!\/\/)([^\s"']+)/g],
  // FLOWER_BASIC_AUTH=USER:PASSWORD, NEO4J_AUTH=USER/PASSWORD
  ['AUTH=', /((?<![A-Za-z0-9])(?:[A-Z0-9]{1,32}_){0,4}AUTH=["']?[^\s:/"']{1,128}[:/])(?!\/)([^\s"'/:]+)/g],
  // As programs in Go and Java take their flags, and what Hugging Face's token is called by llama-server.
  right('-vkey', '-vkey[= ]'),
  right('token', '-(?:auth)?token[= ]'),
  right('passw', '-passw(?:or)?d[= ]'),
  right('-secret', '-secret[= ]'),
  right('-hft', '-hft[= ]'),
  right('pass', '-(?:store|key)pass[= ]'),
  // The second key of vLLM, which takes several, and no model by its path or name.
  ['--api', /((?<![\w.-])vllm\s[^\n]{0,600}?--api[-_]key\s[^-\s"',][^\s"']*\s)(?![-&|;])([^\s"'/]+(?=[\s"']|$))/g],
  behind('mysql', 'mysql[a-z]*', '-p'),
  behind('mariadb', 'mariadb(?:-[a-z]+)?', '-p'),
  behind('redis-cli', 'redis-cli', '-a +'),
  behind('nats-server', 'nats-server', '--?(?:auth|pass)[= ]'),
  behind('valkey-cli', 'valkey-cli', '-a +'),
  // The same letter is the port of the program that it starts.
  right('sshpass', 'sshpass(?: -v| -P ?\\S+)* -p ?'),
  behind('mongo', 'mongo[a-z]*', '-p ?'),
  // USER:PASSWORD
  behind('curl', 'curl', '(?:-[a-zA-Z]*u|--user) ?["\']?[^\\s:"\']{1,128}:'),
  behind('curl', 'curl', '(?:-U|--proxy-user) ?["\']?[^\\s:"\']{1,128}:'),
  behind('ttyd', 'ttyd', '-c ?[^\\s:]{1,128}:'),
  behind('gotty', 'gotty', '-c[ =]?[^\\s:]{1,128}:'),
  behind('openssl', 'openssl', '-pass(?:in|out|word)? +["\']?pass:'),
  behind('openssl', 'openssl enc', '-[kK] +'),
  behind('frpc', 'frpc\\S*', '(?:-t|--sk)[ =]'),
  behind('frps', 'frps\\S*', '-t[ =]'),
  behind('bore', 'bore (?:local|server)', '-s[ =]?'),
  behind('ipmitool', 'ipmitool', '-[Pky] ?'),
  behind('login', '(?:docker|podman|nerdctl|buildah|oras|helm registry) login', '-p[ =]?'),
  behind('ldap', 'ldap[a-z]+', '-w +'),
  behind('mosquitto_', 'mosquitto_[a-z]+', '-P +'),
  behind('sslocal', 'sslocal', '-k +'),
  behind('ssserver', 'ssserver', '-k +'),
  behind('ss-', 'ss-(?:server|local|redir|tunnel)', '-k +'),
  behind('zip', '(?:un)?zip', '-P +'),
  behind('7z', '7z[ar]?', '-p'),
  behind('x11vnc', 'x11vnc', '-passwd +'),
  behind('smbclient', 'smbclient', '-U ?[^\\s%]{1,128}%'),
  // SNMP's community; accounts and their passwords
  behind('snmp', 'snmp[a-z]+', '-c ?'),
  behind('k3s', 'k3s (?:server|agent)', '-t[= ]'),
  behind('etcdctl', 'etcdctl', '--user[= ][^\\s:"\']{1,128}:'),
  behind('sqlcmd', 'sqlcmd', '-P ?'),
  behind('cqlsh', 'cqlsh', '-p ?'),
  behind('curl', 'curl', '--oauth2-bearer '),
  behind('curl', 'curl', '(?:-b|--cookie) ?["\']?[^\\s="\']{1,128}='),
  behind('lftp', 'lftp', '-u ?[^\\s,"\']{1,128},'),
  behind('useradd', 'useradd', '-p ?'),
  behind('usermod', 'usermod', '-p ?'),
  right('htpasswd', 'htpasswd -[a-zA-Z]*n[a-zA-Z]*b?[a-zA-Z]* [^\\s"\']+ '),
  right('htpasswd', 'htpasswd -[a-mo-zA-Z]*b[a-mo-zA-Z]* [^\\s"\']+ [^\\s"\']+ '),
  right('mc ', 'mc alias set [^\\s"\']+ [^\\s"\']+ [^\\s"\']+ +'),
  right('login', '(?:wandb|vault|huggingface-cli) login(?: --relogin)? +'),
  right('authtoken', 'ngrok (?:config add-)?authtoken +'),
  right('cloudflared', 'cloudflared\\S* service install +'),
  right('zrok', 'zrok2? enable +'),
]

/** Of a line as long as it may be, only what stands near the program is looked at. */
function behind(has: string, program: string, option: string): readonly [string, RegExp] {
  return right(has, `${program}\\s(?:[^\\n]{0,600}?\\s)??${option}`)
}

function right(has: string, before: string): readonly [string, RegExp] {
  return [has, new RegExp(`((?<![\\w.-])${before.replaceAll(' ', '\\s')}["']?)(?![-\\s])(${VALUE})`, 'g')]
}
