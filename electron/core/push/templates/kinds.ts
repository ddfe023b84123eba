import type { FileKind } from '#shared/model/push-template.ts'

/** What a kind of file is: where it may lie, and what a value may be there. What the host does with it: `../host/kinds.ts`. */
interface Kind {
  readonly path: RegExp
  /** A value that is written into it: nothing with a meaning of its own in this format. The second lock behind the types of parameters. */
  readonly word: RegExp
  /** Its folder or its content is for root alone: a plan is made from what the change account reads. */
  readonly closed?: true
  /** Others write to it every day: what they change after a push is no drift. */
  readonly shared?: true
  /** What makes it hold is asked of systemd. */
  readonly needsSystemd?: true
}

const passwordFile = /^\/etc\/nginx\/(?:[A-Za-z0-9_-][A-Za-z0-9_.-]*\/)*[A-Za-z0-9_.-]*(?:htpasswd|passwd|password|users)[A-Za-z0-9_.-]*$/

export const kinds: Readonly<Record<FileKind, Kind>> = {
  'systemd-drop-in': {
    path: /^\/etc\/systemd\/system\/[A-Za-z0-9@_.-]+\.service\.d\/[a-z0-9-]+\.conf$/,
    // No blank, quote, backslash, `;`, `%`, `$` (systemd.syntax(7), systemd.exec(5), systemd.service(5)).
    word: /^[A-Za-z0-9_@.:/=,+-]+$/,
    needsSystemd: true,
  },
  nginx: {
    path: /^\/(?:etc\/nginx\/(?:conf\.d|sites-available|sites-enabled|gatehouse)\/[A-Za-z0-9_.-]+|var\/log\/nginx\/[a-z0-9-]+\.log)$/,
    // No blank, quote, backslash, `;`, `{`, `}`, `#`, `$` but for hashes in password files, which know only `:` and the end of the line.
    word: /^(?:[A-Za-z0-9_.:/-]+|[A-Za-z0-9._-]+:\$2[aby]\$\d\d\$[A-Za-z0-9./]{53})$/,
  },
  // A password file where the site that is there names it. Read by nginx at every request, so nothing is reloaded.
  htpasswd: {
    path: passwordFile,
    word: /^[A-Za-z0-9._-]+:\$2[aby]\$\d\d\$[A-Za-z0-9./]{53}$/,
  },
  // No blank, quote, `{`, `}`, `#`, `$` but for hashes, and no directive of the lexer's own (https://caddyserver.com/docs/caddyfile/concepts).
  caddy: {
    path: /^\/etc\/caddy\/(?:Caddyfile|[a-z0-9-]+\.caddy)$/,
    word: /^(?:(?!import$)[A-Za-z0-9_.:/-]+|\$2[aby]\$\d\d\$[A-Za-z0-9./]{53})$/,
    needsSystemd: true,
  },
  'sshd-drop-in': { path: /^\/etc\/ssh\/sshd_config\.d\/[a-z0-9-]+\.conf$/, word: /^[A-Za-z0-9_.:/[\]-]+$/ },
  // No `:`, `=`, `,`, `!`, `%`, `#`, `*` (sudoers(5)).
  sudoers: { path: /^\/etc\/sudoers\.d\/[A-Za-z0-9_-]+$/, word: /^[A-Za-z0-9_./-]+$/, closed: true },
  ufw: {
    path: /^\/etc\/(?:ufw\/(?:user6?\.rules|ufw\.conf)|default\/ufw)$/,
    word: /^[A-Za-z0-9.:/-]+$/,
    closed: true,
    needsSystemd: true,
  },
  nftables: { path: /^\/etc\/nftables\.conf$/, word: /^[A-Za-z0-9.:/-]+$/, needsSystemd: true },
  logrotate: { path: /^\/etc\/logrotate\.d\/[a-z0-9-]+$/, word: /^[A-Za-z0-9_./-]+$/ },
  // Where a unit lies that is to be off, and where one is linked to that starts with the host. Links, whose targets the template names.
  'unit-mask': {
    path: /^\/etc\/systemd\/system\/[A-Za-z0-9@_.-]+\.(?:service|socket)$/,
    word: /^[A-Za-z0-9@_.-]+$/,
    needsSystemd: true,
  },
  'unit-enable': {
    path: /^\/etc\/systemd\/system\/(?:(?:multi-user|sysinit|timers)\.target|docker\.service)\.wants\/[A-Za-z0-9@_.-]+\.(?:service|timer)$/,
    word: /^[A-Za-z0-9@_.-]+$/,
    needsSystemd: true,
  },
  // A path with a blank or a quote would end the word (auditctl(8)).
  'audit-rules': { path: /^\/etc\/audit\/rules\.d\/[a-z0-9-]+\.rules$/, word: /^[A-Za-z0-9_./-]+$/, closed: true, needsSystemd: true },
  // Of a name nothing but the name: no `:`, `,`, `!` or end of the line (passwd(5), group(5)); or a number.
  'account-files': {
    path: /^\/etc\/(?:passwd|shadow|gshadow|group)$/,
    word: /^(?:[A-Za-z_][A-Za-z0-9_.@-]*|\d{1,5})$/,
    closed: true,
    shared: true,
    needsSystemd: true,
  },
  'login-files': { path: passwordFile, word: /^[A-Za-z_][A-Za-z0-9_.@-]*$/, closed: true, shared: true, needsSystemd: true },
  // One empty file for each account whose services start with the host (loginctl(1), enable-linger).
  lingering: { path: /^\/var\/lib\/systemd\/linger\/[A-Za-z_][A-Za-z0-9_.@-]*$/, word: /^[A-Za-z_][A-Za-z0-9_.@-]*$/, needsSystemd: true },
  // Rules for iptables-restore(8), and the unit that loads them before Docker starts.
  'docker-firewall': {
    path: /^\/etc\/(?:gatehouse\/published[46]\.rules|systemd\/system\/gatehouse-published-ports\.service)$/,
    word: /^[A-Za-z0-9.:/-]+$/,
    needsSystemd: true,
  },
  // Lines of tmpfiles.d(5) that begin with `Z`: a folder with all below it, mode, owner and group.
  'model-owners': { path: /^\/etc\/tmpfiles\.d\/gatehouse-models\.conf$/, word: /^[A-Za-z0-9_./-]+$/, needsSystemd: true },
  plain: { path: /^\/etc\/gatehouse\/[a-z0-9-]+\.(?:env|key)$/, word: /^[A-Za-z0-9_./-]+$/ },
}
