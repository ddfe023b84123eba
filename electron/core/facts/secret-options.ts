/** Up to the quote that was opened right before it, or before the account that stands there. */
const VALUE = `(?<=["'][^\\s"']{0,140})[^"'\\n]+(?=["'])|[^\\s"']+`

/**
 * Options and words of programs that take a secret under a name which says nothing (`-p`, `-a`, `-t`), after their manual pages: of other programs the same letter is
 * a port or a path. What every match contains, looked for first, and the pattern: what stands before the secret, and the secret.
 */
export const secretOptions: readonly (readonly [has: string, pattern: RegExp])[] = [
  // --basic-auth USER:PASSWORD
  ['auth', /((?<![\w-])--?(?:[a-z]+-)?auth[=\s]["']?[^\s:"']{1,128}:)(?!\/\/)([^\s"']+)/g],
  behind('mysql', 'mysql[a-z]*', '-p'),
  behind('mariadb', 'mariadb(?:-[a-z]+)?', '-p'),
  behind('redis-cli', 'redis-cli', '-a +'),
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
