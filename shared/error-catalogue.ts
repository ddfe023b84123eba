/** Every expected failure has a code `area.reason`; the words for people live here and nowhere else. */
interface ErrorEntry {
  readonly title: string
  /** What to do next. */
  readonly hint: string
  readonly retry: 'now' | 'later' | 'after-fix' | 'never'
}

export const errorCatalogue = {
  'fleet.invalid': { title: 'The fleet file is not valid', hint: 'Mend the lines named below and load it again.', retry: 'after-fix' },
  'fleet.unreadable': { title: 'The fleet file cannot be read', hint: 'Check the path and its permissions.', retry: 'after-fix' },
  'fleet.missing': { title: 'No fleet file is open', hint: 'Open a fleet file, import one, or start the demo fleet.', retry: 'after-fix' },
  'fleet.no-host': { title: 'The fleet has no such host', hint: 'Give a name that the fleet file has.', retry: 'after-fix' },
  'fleet.conflict': { title: 'The fleet file changed on disk', hint: 'Reload it before saving.', retry: 'after-fix' },
  'ssh.unreachable': {
    title: 'The host does not answer',
    hint: 'Check the address, the route and the firewall between the hops.',
    retry: 'now',
  },
  'ssh.refused': { title: 'The connection was refused', hint: 'Check that sshd listens on this port.', retry: 'now' },
  'ssh.handshake-timeout': {
    title: 'The SSH handshake did not finish in time',
    hint: 'The server is overloaded, or something that is not SSH answers on this port.',
    retry: 'now',
  },
  'ssh.protocol': {
    title: 'The SSH handshake failed',
    hint: 'Read the detail; when no algorithm is in common, update the server.',
    retry: 'after-fix',
  },
  'ssh.forwarding-refused': {
    title: 'The jump host refused to forward',
    hint: 'AllowTcpForwarding and PermitOpen on the jump host must allow this address and port.',
    retry: 'after-fix',
  },
  'ssh.host-key-unknown': {
    title: 'The host key is not known',
    hint: 'Compare the fingerprint on the server before trusting it.',
    retry: 'after-fix',
  },
  'ssh.host-key-changed': {
    title: 'The host key has changed',
    hint: 'Somebody may stand in between. Compare the fingerprint on the console of the server; only when it is right, take the line that is named out of known_hosts.',
    retry: 'after-fix',
  },
  'ssh.host-key-revoked': {
    title: 'The host key is revoked',
    hint: 'A known_hosts file marks this key @revoked. Do not connect.',
    retry: 'never',
  },
  'ssh.known-hosts-unreadable': {
    title: 'A known_hosts file cannot be read',
    hint: 'Without it no host key can be checked, so nothing was connected. Mend the file or its permissions.',
    retry: 'after-fix',
  },
  'ssh.auth-failed': {
    title: 'Every way to log in was refused',
    hint: 'Check the account, its authorized_keys and the methods that the server asks for.',
    retry: 'after-fix',
  },
  'ssh.auth-timeout': {
    title: 'Logging in did not finish in time',
    hint: "Answer the prompt sooner, or check the server's PAM stack.",
    retry: 'now',
  },
  'ssh.key-unreadable': {
    title: 'A private key cannot be used',
    hint: 'Check the path, its format and its passphrase.',
    retry: 'after-fix',
  },
  'ssh.connection-lost': { title: 'The connection was lost', hint: 'Check the link and try again.', retry: 'now' },
  'ssh.jump-lost': {
    title: 'The jump host went away',
    hint: 'Hosts that were not finished are not evaluated. Try again when it is back.',
    retry: 'now',
  },
  'ssh.exec-refused': {
    title: 'The server refused to run a command',
    hint: 'The account needs a login shell and must not have a ForceCommand.',
    retry: 'after-fix',
  },
  'ssh.sftp-refused': {
    title: 'The server does not offer SFTP',
    hint: 'sshd_config needs a line "Subsystem sftp internal-sftp". Without it no header or manifest of a model can be read.',
    retry: 'after-fix',
  },
  'probe.timeout': {
    title: 'The audit of this host did not finish in time',
    hint: 'Raise policy.auditTimeoutSeconds or look at the load of the host.',
    retry: 'now',
  },
  'probe.no-shell': { title: 'No POSIX shell answered', hint: 'The audit account needs /bin/sh.', retry: 'after-fix' },
  'probe.garbled': {
    title: 'The answer of the host could not be read',
    hint: 'The output was not framed as Gatehouse asked. It was discarded.',
    retry: 'now',
  },
  'audit.running': { title: 'An audit is already running', hint: 'Wait for it or stop it.', retry: 'later' },
  'audit.not-found': {
    title: 'This audit is not in the store',
    hint: 'Run an audit, or choose one of those that History or `gatehouse compare` lists.',
    retry: 'after-fix',
  },
  'waiver.not-possible': {
    title: 'This cannot be waived',
    hint: 'Audit the host again, or choose another last day.',
    retry: 'after-fix',
  },
  'waiver.not-found': { title: 'There is no such waiver any more', hint: 'It was withdrawn or replaced.', retry: 'never' },
  'attestation.not-possible': {
    title: 'This statement cannot be recorded',
    hint: 'Audit the host again, or choose another last day.',
    retry: 'after-fix',
  },
  'attestation.not-found': { title: 'There is no such statement any more', hint: 'It was withdrawn or replaced.', retry: 'never' },
  'job.cancelled': { title: 'Stopped', hint: 'Run it again when you are ready.', retry: 'now' },
  'prompt.unavailable': {
    title: 'Nobody is there to answer a prompt',
    hint: 'Run it on a terminal, or set SSH_ASKPASS.',
    retry: 'after-fix',
  },
  'prompt.declined': { title: 'The prompt was declined', hint: 'Nothing was sent. Try again to be asked once more.', retry: 'now' },
  'store.corrupt': { title: 'The database cannot be read', hint: 'It was kept aside unchanged and a new one was started.', retry: 'never' },
  'store.newer': {
    title: 'The database was written by a newer Gatehouse',
    hint: 'Update Gatehouse, or choose another data folder. Nothing was changed.',
    retry: 'after-fix',
  },
  'store.unwritable': {
    title: 'The data folder cannot be written',
    hint: 'Check its permissions and the space on the disk.',
    retry: 'after-fix',
  },
  'store.busy': {
    title: 'Another Gatehouse is writing to the database',
    hint: 'Wait for it or end it, then try again. Nothing of this was recorded.',
    retry: 'now',
  },
  'ledger.broken': {
    title: 'The ledger is not whole',
    hint: 'Find out who changed it. Move it and ledger.head aside, and keep both; a new ledger begins. Nothing is repaired.',
    retry: 'after-fix',
  },
  'ledger.busy': { title: 'Another Gatehouse is writing to the ledger', hint: 'Wait for it, then try again.', retry: 'now' },
  'signing.key-unusable': {
    title: 'The key of this console cannot be used',
    hint: 'Put console-key.pem back from a copy that only you can read. Nothing was signed or done.',
    retry: 'after-fix',
  },
  'access.review-not-possible': {
    title: 'The access review cannot go on like this',
    hint: 'Read the detail. What was decided until now is kept.',
    retry: 'after-fix',
  },
  'walkthrough.not-possible': {
    title: 'This step of the walkthrough cannot be recorded',
    hint: 'Read the detail. Nothing was recorded; what you typed is kept.',
    retry: 'after-fix',
  },
  'attachment.refused': {
    title: 'The file was not attached',
    hint: 'Attach a smaller or another file, or write down where it is kept.',
    retry: 'after-fix',
  },
  'file.unwritable': {
    title: 'The file was not written',
    hint: 'Choose a folder that you can write to, on a disk with space.',
    retry: 'now',
  },
  'pack.unwritable': {
    title: 'The evidence pack cannot be written',
    hint: 'Choose a name that is not taken, in a folder that you can write to. Nothing was left behind.',
    retry: 'after-fix',
  },
  'pack.unreadable': {
    title: 'This is no evidence pack that can be read',
    hint: 'Get it again from whoever sent it. Nothing of it was unpacked.',
    retry: 'after-fix',
  },
  'siem.unreachable': {
    title: 'The collector did not take the ledger',
    hint: 'Check its address, its certificate and --ca. Send again with --after: no record was lost here.',
    retry: 'now',
  },
  'push.not-possible': { title: 'This cannot be pushed', hint: 'Nothing was changed. Read the detail and plan again.', retry: 'after-fix' },
  'push.conflict': {
    title: 'The host is not as it was when this was planned',
    hint: 'Nothing was overwritten. Plan again and read the difference.',
    retry: 'after-fix',
  },
  'push.busy': {
    title: 'A push to this host is already open',
    hint: 'Nothing was changed. The detail says whose it is and how it ends; plan again when it has.',
    retry: 'later',
  },
  'push.running': { title: 'A push is already running', hint: 'Wait for its verdict, or undo it.', retry: 'later' },
  'push.not-extended': {
    title: 'The undo was not put off',
    hint: 'Where one is armed it runs when it was due, unless the change is proven before.',
    retry: 'now',
  },
  'push.not-approved': {
    title: 'This template is not approved here',
    hint: 'Read it and approve it under Push, Templates, or with gatehouse templates approve. Nothing was changed.',
    retry: 'after-fix',
  },
  'push.template-invalid': {
    title: 'This is no template',
    hint: 'Mend what is named and add it again. Nothing was kept.',
    retry: 'after-fix',
  },
  'push.plan-not-approved': {
    title: 'Nobody approved this plan',
    hint: 'Read and sign it with gatehouse plan approve FILE, or push on a terminal, where a person is asked.',
    retry: 'after-fix',
  },
  'push.plan-invalid': { title: 'This is no plan that can be pushed', hint: 'Make it anew with gatehouse plan.', retry: 'after-fix' },
  'push.interrupted': { title: 'A step of the push did not finish', hint: 'The verdict says what came of it.', retry: 'after-fix' },
  'operate.unknown-unit': {
    title: 'No such service is known on this host',
    hint: 'Only services that the last audit found can be operated. Audit the host again.',
    retry: 'after-fix',
  },
  'operate.not-possible': { title: 'This was not done', hint: 'Nothing was changed. Read the detail.', retry: 'after-fix' },
  'operate.not-allowed': {
    title: 'sudo does not allow this on the host',
    hint: 'Install what gatehouse sudoers prints for the account that operates. Nothing was changed.',
    retry: 'after-fix',
  },
  'operate.running': { title: 'A service is being operated already', hint: 'Wait until it is done.', retry: 'later' },
  'role.operator': {
    title: 'This is the work of the administrator',
    hint: 'Go back to Administrator under Settings, Role, with a code of your authenticator. Nothing was changed.',
    retry: 'after-fix',
  },
  'step-up.needed': {
    title: 'A code of your authenticator is needed',
    hint: 'Enter one and try again. Nothing was changed.',
    retry: 'after-fix',
  },
  'step-up.not-enrolled': {
    title: 'No authenticator is enrolled',
    hint: 'Enrol one under Settings, Step-up, or with gatehouse step-up.',
    retry: 'after-fix',
  },
  'step-up.wrong-code': {
    title: 'The code is not right',
    hint: 'Wait for the next one and check the clocks. A code is taken once.',
    retry: 'now',
  },
  'step-up.blocked': { title: 'Too many wrong codes', hint: 'Wait until the time below, then try again.', retry: 'later' },
  'advisories.untrusted': {
    title: 'The update is not signed by a key that Gatehouse knows',
    hint: 'Fetch it again from where you got it. Nothing was changed.',
    retry: 'after-fix',
  },
  'advisories.older': {
    title: 'The update is older than the data in use',
    hint: 'Take a newer file. Where going back is meant: gatehouse advisories import --older FILE.',
    retry: 'after-fix',
  },
  'advisories.unreadable': {
    title: 'This is no advisory file',
    hint: 'A signed update, or a dump of OSV (zip, JSON, or one record per line). Nothing was changed.',
    retry: 'after-fix',
  },
  'models.unreadable': { title: 'The model file cannot be read', hint: 'Check the path and its permissions.', retry: 'after-fix' },
  'models.no-hasher': {
    title: 'The host has no program that takes a SHA-256',
    hint: 'Install openssl or coreutils there.',
    retry: 'after-fix',
  },
  'models.no-digests': {
    title: 'This document states no digests',
    hint: 'SHA256SUMS, the JSON of Hugging Face, a git-lfs pointer, an OCI or Ollama manifest, or a model-signing bundle. Nothing was recorded.',
    retry: 'after-fix',
  },
  'models.signature': {
    title: 'The signature of the bundle does not verify',
    hint: 'Check the bundle, and the key or the identity with its trusted root. Nothing was recorded.',
    retry: 'after-fix',
  },
  'models.running': { title: 'The models are being looked at already', hint: 'Wait for it or stop it.', retry: 'later' },
  'models.not-found': { title: 'This model is not in the store', hint: 'List the models first.', retry: 'after-fix' },
  'registry.not-found': { title: 'There is no such registration', hint: 'gatehouse models board lists them.', retry: 'after-fix' },
  'registry.wrong-step': {
    title: 'This step is not due',
    hint: 'Request, review, test, approve, deploy: in this order.',
    retry: 'after-fix',
  },
  'registry.not-sound': {
    title: 'The model cannot be reviewed as it lies there',
    hint: 'Verify it first (gatehouse models verify). Nothing was recorded.',
    retry: 'after-fix',
  },
  'registry.note-needed': {
    title: 'A check does not hold and nobody said why it is accepted',
    hint: 'Say in the note why, or reject the request. Nothing was recorded.',
    retry: 'after-fix',
  },
  'quarantine.not-possible': {
    title: 'The file was not moved',
    hint: 'Nothing was changed on the host. Read the detail.',
    retry: 'after-fix',
  },
  'registry.not-approved': {
    title: 'The model is not approved for this host',
    hint: 'Let it pass the approval for this host. Nothing was sent.',
    retry: 'after-fix',
  },
  'registry.not-deployable': {
    title: 'The model was not put on the host',
    hint: 'Nothing that a server could see was changed.',
    retry: 'after-fix',
  },
  'registry.no-space': {
    title: 'There is not enough room on the host',
    hint: 'Make room and deploy again: what arrived stays, and nothing of it can be seen.',
    retry: 'after-fix',
  },
  'registry.not-stored': {
    title: 'The registry does not hold these bytes',
    hint: 'gatehouse models store puts the approved files there.',
    retry: 'after-fix',
  },
  'registry.four-eyes': {
    title: 'The policy asks for a second person',
    hint: 'Somebody else than the requester must approve. Nothing was recorded.',
    retry: 'after-fix',
  },
  'import.unreadable': { title: 'The file to import cannot be read', hint: 'Check the path and its format.', retry: 'after-fix' },
  'engine.stopped': { title: 'The engine stopped', hint: 'It was started again. Run the audit once more.', retry: 'now' },
  'ipc.invalid': {
    title: 'A message inside Gatehouse was malformed',
    hint: 'Restart Gatehouse. When it happens again, report the detail.',
    retry: 'never',
  },
  'internal.unexpected': { title: 'Gatehouse met an error it did not expect', hint: 'Report the detail below.', retry: 'now' },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof errorCatalogue
