import { shippedTemplates } from '#core/push/templates/templates.ts'
import { version } from './version.ts'

const templates = shippedTemplates()
  .map(({ manifest: { id, title } }) => `      ${id.padEnd(22)} ${title}`)
  .join('\n')

export const helpText = `gatehouse ${version}: see and prove what is true on your GPU servers, over SSH through your jump host

  gatehouse audit --fleet FILE [--host NAME]… [--json | --markdown | --html] [--output FILE] [--fail-on SEVERITY]
      Looks at the hosts of a fleet file and prints the checklist per host.
      --demo             the embedded demo fleet instead of a file
      --stored           judge the answers of the last audit again, without connecting
      --on MOMENT        with --stored: those that were known then (a day, or the id of an audit), with the decisions of then
      --host NAME        only this host; may be given several times
      --json, --markdown, --html
                         a report instead of the matrix
      --output FILE      write the report to FILE instead of stdout
      --fail-on SEVERITY critical, high, medium or low (default): a failed check at or above it makes the exit code 1
      --data FOLDER      database and trusted host keys (default: the app's own)

  gatehouse compare [BEFORE [AFTER]] --fleet FILE [--again] [--json]
      What is different between two moments, what got worse first, each with since when. A moment is the id of an audit or its first
      characters, a day (its end, UTC), today, yesterday, latest or previous. One moment is compared with the newest audit. Without
      moments, lists the audits with score and open criticals.
      --again            judge both by the controls of today, so that only the hosts make a difference
      --demo, --data     as for audit
      Exit code 1: something got worse, is open and was not measured before, is not measured any more, or is open by other evidence.

  gatehouse controls [--json]
      Lists every control by item of the checklist: what passes, why it matters, how severe a failure is, what mends it, and what it refers to.

  gatehouse waiver list --fleet FILE|--demo [--json]
  gatehouse waiver grant --fleet FILE|--demo --host NAME --control ID [--subject TEXT] --reason TEXT --approver NAME --until YYYY-MM-DD
  gatehouse waiver withdraw --fleet FILE|--demo ID
      Accepts a finding of the last audit for at most 90 days. It is open again after that day, or when its evidence changes.
      --data FOLDER      as for audit; the two share their waivers

  gatehouse access list --fleet FILE|--demo [--host NAME]… [--state STATE]… [--json]
      What every account can really do on each host, and the way by which it can, out of the last audit; without connecting.
      STATE is above, still-active, no-tier, missing, below, unknown, match, own (no person) or stale (nobody used it).
      Exit code 1: an account does not fit its tier in the fleet file; 2: a host was not looked at.
  gatehouse access review --fleet FILE|--demo [start | decide ACCOUNT[@HOST] keep|remove|ask [--kind account|web] [--note TEXT]
      | sign --name NAME] [--json]
      The quarterly review: every account is decided, what changed since the last one first; --kind tells an account from a name
      of the proxy that is called the same. Signing asks
      for a code and states the control for 92 days. Exit code 1: something is undecided, still to be removed, or a review is due;
      2: nothing else, but accounts of a host, or what they can do, are not known: the control stays open there.
  gatehouse access review plan --fleet FILE|--demo [--host NAME] [--output FILE]
      What closes the accounts marked for removal: a document to read and approve, with --host the commands for one host, for root's shell.
      With --output it looks at the hosts and writes the plans that gatehouse push carries out, with an undo. Nothing of it would close
      root, its own accounts, services, or the last way to root.

  gatehouse walkthrough show|close --fleet FILE|--demo
  gatehouse walkthrough start --fleet FILE|--demo --auditor NAME
  gatehouse walkthrough record --fleet FILE|--demo --item ID --outcome met|met-with-exceptions|not-met|not-applicable --name NAME
      [--note TEXT] [--statement TEXT --until YYYY-MM-DD] [--link URL]… [--attach FILE]… [--exceptions FILE]
      Goes through the 18 items with an auditor. An item with open findings is met only with an owner, a date and a reason for
      each: exceptions prints them as JSON to fill in, record takes that file. --statement answers the checks of the item that ask for one. Files are kept as bytes, never opened.
  gatehouse walkthrough exceptions --fleet FILE|--demo --item ID [--output FILE]
  gatehouse walkthrough template --fleet FILE|--demo [--output FILE] incident-playbook|patch-process|approval-process|access-review
      A short document to start from.
      --data FOLDER      as for audit

  gatehouse models list --fleet FILE [--host NAME]… [--json] [--files]
  gatehouse models scan --fleet FILE [--host NAME]… [--json]
  gatehouse models hash --fleet FILE [--host NAME]… [--again | --older-than DAYS]
  gatehouse models verify --fleet FILE [--host NAME]… [--json]
      list looks at the model directories of the hosts: every model with its files, owner, size and the server that has it.
      scan reads over SFTP what each file is and whether it can hurt: headers and what can hold code, never the tensors.
      hash takes the SHA-256 of every file whose bytes have none yet, at low priority, one stream per disk; Ctrl-C ends it, and the
      next run goes on after the last finished file. verify does all three, and holds the hashes against the expected values.
      --stored           what was found before, without connecting
      --demo, --data     as for audit
  gatehouse models expect --fleet FILE --model NAME [--url URL] --read-by NAME [--read-on YYYY-MM-DD]
                          [--key PEM | --identity TEXT --issuer URL --trusted-root FILE] DOCUMENT
      Records the official digests of a model: SHA256SUMS, the JSON of Hugging Face (?blobs=true), git-lfs pointers, OCI and Ollama
      manifests, model-signing bundles, which are verified offline: with --key, or against who signed (an address or a workflow, to the
      letter) and who vouches for that, by the authorities, logs and time stamps of a trusted_root.json. --url is the page that they were read from.
  gatehouse models expect --fleet FILE --model NAME --withdraw --reason TEXT
      What was recorded for a model is no longer expected; record and reason stay in the ledger.

  gatehouse models request --fleet FILE --model NAME --source URL [--revision TEXT] --purpose TEXT --licence TEXT --name NAME [--host NAME]…
  gatehouse models review  --fleet FILE ID --host NAME --name NAME [--note TEXT]
  gatehouse models test    --fleet FILE ID --where TEXT --result TEXT [--failed] --name NAME
  gatehouse models approve --fleet FILE ID --tier users|operators|administrators… --host NAME… --name NAME
  gatehouse models reject|revoke --fleet FILE ID --reason TEXT --name NAME
  gatehouse models board   --fleet FILE [ID] [--json]
      How a model gets into production, step by step, each in the ledger. The review holds the bytes on one host against the list of
      publishers, the expected hashes and the scan, and binds to exactly these bytes: a changed byte or a moved tag is not approved any more.
      What does not hold needs a note; what is dangerous, differs or was not measured is refused. --name is who decides. approve asks for a
      code of your authenticator (gatehouse step-up enrols one).
  gatehouse models store   --fleet FILE ID --from FOLDER
  gatehouse models deploy  --fleet FILE ID --host NAME… [--to FOLDER] [--owner USER[:GROUP]] [--yes]
  gatehouse models discard --fleet FILE ID --host NAME… [--to FOLDER] [--yes]
      store copies the reviewed files into the registry of the fleet file, each under its hash. deploy sends what a host lacks out of the
      registry, with the change identity; it is hashed there and enters the model directory (the first of modelPaths) by a rename when all
      of it is there. A lost link is taken up again, Ctrl-C or a full disk leaves nothing visible, and the next deploy goes on from there;
      discard takes away what arrived instead. Both ask for a code of your authenticator; --yes only spares typing the names of the hosts.
  gatehouse models quarantine --fleet FILE [--host NAME --path FILE --reason TEXT | release ID]
      Moves a file of a model directory aside, mode 000, so that no server can load it, and back with its owner and mode, after a
      code of your authenticator. Without more, lists.
  gatehouse models sbom    --fleet FILE [--host NAME]… [--output FILE]
      What is known of the models as CycloneDX 1.6: files with SHA-256, source, licence, places, scan and approval. Connects to no host.
  gatehouse models publishers --fleet FILE [add|remove --site HOST --account NAME [--name NAME] --reason TEXT]
      Whose models count as the publisher's own.

  gatehouse plan --fleet FILE --host NAME… --template ID [--set NAME=VALUE]… [--output FILE] [--json]
      Looks at a host and says what a push would change: files with their difference, the service, the findings that it turns.
      Changes nothing. --output keeps the plan as JSON, --json prints the same. Values of a list have commas between. What is not set is taken from the host and
      the fleet file, where they say one thing. Exit code 0: planned for every host; 1: not for all, with the
      reason of each; 2: for none. Templates:
${templates}
  gatehouse plan approve FILE --note TEXT
      Signs a saved plan, after a code of your authenticator: for seven days push --yes carries out this very plan where nobody can be asked. Exit code 0: signed; 2: not.
  gatehouse password NAME [--stdin]
      Makes a login for --set logins=…: the line NAME:HASH (bcrypt) on stdout, its password on stderr, once. --stdin: a password of your own.
  gatehouse push --fleet FILE --plan FILE [--yes] [--undo-after SECONDS] [--canary NUMBER] [--wave NUMBER] [--json]
      Carries a plan out with the change identity, its undo armed on the host first, and looks again over a new connection. Asks on a
      terminal, for a code of your authenticator, too; --yes asks nobody and takes approved plans only. Without a word within SECONDS
      the host undoes it by itself. A host that changed since the plan is a conflict, never overwritten. A plan for many hosts: --canary of them first (1), then --wave side by side (5);
      after the first that is not committed and proven nothing more starts, nor in a wave with a host that is not healthy.
      Exit code 0: all committed and proven; 1: one was rolled back, refused in a wave, or not started after another; 2: refused, or nobody can
      say, with what to do. --json: a list on stdout, for each host its outcome (committed-proven, rolled-back-proven, rolled-back-not-proven, unknown,
      refused, not-started), reason, readBack and advice, and the id of the push in the ledger.
  gatehouse operate list --fleet FILE --host NAME
  gatehouse operate status|start|stop|restart|logs --fleet FILE --host NAME --unit UNIT [--yes]
      Starts, stops and restarts a service that the last audit knows on a host, with identities.operate (else the change identity), and
      looks again until it is proven: the unit, its process, its ports. Asks on a terminal; elsewhere --yes is needed. In the ledger
      before and after. Exit code 0: proven; 1: it is not so; 2: refused, or nobody can say. logs prints the newest 500 lines of its
      journal: prompts, answers, queries and keys are taken out and marked, and a line of an unknown shape as a whole.
      --demo, --data     as for audit
  gatehouse step-up [--data FOLDER]
      Enrols an authenticator app (TOTP) for the command line. Its secret is sealed with a passphrase; the app has an enrolment of its own.
  gatehouse templates [list | show ID | add FILE | approve ID --note TEXT | withdraw ID --note TEXT] [--json]
      What can be pushed, and who approved it. A template of your own (a changed copy of show) is pushed once somebody read and approved
      this very content; one that ships, until somebody withdraws it. Decisions ask for a code and are signed with the key of the console.
  gatehouse undo --fleet FILE [ID] [--output FILE] [--json]
      Without ID: pushes of this console that have no end. Asks for a code, then each host what became of it, has it undo what was not
      committed, and says which. ID: the same for one; of a push that was committed, the plan that takes it back, for gatehouse push
      (--output keeps it). --json: a list of outcomes as push prints it, or that plan. Exit code 0: all are certain; 2: nobody can say of one, or it
      is not as it was.
  gatehouse extend ID --fleet FILE [--by SECONDS]
      Puts the undo of a push that is under way at this console off, by 120 seconds or as said, never further than 15 minutes from now. push prints
      the ID as the undo is armed. Exit code 2: it runs when it was due.
  gatehouse drift --fleet FILE [--host NAME]
  gatehouse drift adopt --fleet FILE --host NAME PATH
      The files that this console pushed, as the newest audit saw them: each holds them against what is there. adopt takes one as it is now, after a code.
  gatehouse drill --fleet FILE --host NAME [--json]
      Before the first push, after a code: writes a file that means nothing, and waits until the undo of the host takes it away by
      itself. Exit code 0: it did, and the ledger says so; 2: it did not, or the host was not reached. --json: one outcome as push prints it.
  gatehouse history [--json] [--data FOLDER]
      What Gatehouse did on this console, out of its ledger; pushes without an end first. push.begin names the ID that undo and extend ask for.
      Exit code 0; 2: the ledger is broken, and what stands before the break is shown.
  gatehouse ledger export [--format jsonl|cef|syslog] [--after NUMBER] [--data FOLDER]
  gatehouse ledger send --to tls://NAME[:PORT]|tcp://NAME[:PORT] [--ca PEM] [--format syslog|cef] [--after NUMBER]
      The ledger for a SIEM: JSON Lines, CEF, or RFC 5424. send hands it over with octet counting; over TLS (port 6514) the certificate
      must be valid for NAME. --after: only the records after this number.
  gatehouse verify [PACK] [--key PEM] [--data FOLDER]
      Says whether the ledger is whole and signed, or at which record it is broken. With PACK, a zip or its folder, whether an evidence
      pack is the one that was written. Repairs nothing. --key: the public key of this console as it was kept elsewhere.
      Exit code 0: whole; 1: not; 2: there is no record, so nothing was verified.
  gatehouse report --fleet FILE --pack FILE.zip
      Writes the evidence pack of the newest stored results, as a zip and as a folder of that name: report, results, OSCAL, SARIF, CSV,
      every answer of every host, statements, waivers and ledger, with digests, signature and VERIFY.md. Connects to no host.
      --demo, --data     as for audit

  gatehouse sudoers --fleet FILE [--host NAME] [--sudo-rs]
      Prints a sudoers drop-in that allows the audit account exactly the commands an audit runs, and nothing else; then, apart, what the
      accounts that push and operate need, where the fleet file names them. Services are those of the last audit (--data).
      --sudo-rs  for hosts whose sudo is sudo-rs, as Ubuntu's is from 25.10 on: it reads words differently

  gatehouse import --from ssh-config|ansible [FILE] [--output FILE | --into FLEET]
      Makes a fleet file from ~/.ssh/config or an Ansible inventory, and says what was left out and why.
      --into FLEET adds the hosts to a fleet file that exists, and keeps its comments.

  gatehouse advisories [import FILE] [--older] [--json] [--data FOLDER]
      Says how old the advisory data is. import takes a signed update of Gatehouse, or a dump of OSV (zip, JSON, one record
      per line), and needs no network. --older takes an update that is older than the data in use.

  gatehouse models scan FILE… [--json]
      Reads model files on this computer by their content, loads and runs nothing, and says of each: cleared, suspicious, dangerous, or
      not cleared with the reason. Exit code 0: all are cleared; 1: one is not; 2: one could not be read.

  gatehouse schema fleet|report|controls|audits|comparison|access|access-review|access-reviews
      Prints the JSON Schema of the fleet file (for editors), of the JSON report, of the list of controls, of what compare prints
      (without and with moments), of what access list and access review print, or of the access reviews in an evidence pack.

Prompts (unknown host keys, passphrases, one-time codes) are asked on the terminal, or through SSH_ASKPASS.
gatehouse help COMMAND says what stands here of one command.
Exit codes: 0 clean, 1 failed checks at or above the bar, 2 could not run or could not look at a host.
`
