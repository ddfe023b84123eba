import { createContext, runInContext } from 'node:vm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parsePolkit } from '../facts/access/polkit.ts'
import { polkitActs, ruleNames } from './becoming.ts'
import type { Member } from './rights.ts'

/** Rules as admins and guides write them, held against what they answer when they are run, as polkit runs them. */
const people: Readonly<Record<string, readonly string[]>> = { ada: ['ops'], bob: ['users'], eve: [], svc: ['ops', 'users'] }
const units = 'org.freedesktop.systemd1.manage-units'
const reboot = 'org.freedesktop.login1.reboot'
const asked: readonly { readonly id: string; readonly unit?: string; readonly verb?: string }[] = [
  ...[{ id: units }, { id: reboot }, { id: 'org.freedesktop.timedate1.set-time' }],
  ...['vllm.service', 'ssh.service'].map((unit) => ({ id: units, unit, verb: 'restart' })),
]

const rules: readonly string[] = [
  `if (action.id == "${units}" && subject.isInGroup("ops")) return polkit.Result.YES;`,
  // Two conditions in one function.
  `if (action.id == "${units}" && subject.isInGroup("ops")) { return polkit.Result.YES; } if (action.id == "${reboot}" && subject.isInGroup("users")) { return polkit.Result.YES; }`,
  `if (action.id == "${reboot}" && subject.isInGroup("users")) return polkit.Result.YES;\nif (action.id == "${units}" && subject.user == "bob") return polkit.Result.YES;`,
  `if (action.id == "${units}" && action.lookup("unit") == "vllm.service" && subject.isInGroup("users")) return polkit.Result.YES;\nif (action.id == "${units}" && subject.isInGroup("ops")) return polkit.Result.YES;`,
  `if (subject.isInGroup("ops")) { if (action.id == "${reboot}") return polkit.Result.YES; if (action.id == "${units}") return polkit.Result.YES; }`,
  `if (action.id == "${units}" && subject.isInGroup("ops")) return polkit.Result.YES; return polkit.Result.AUTH_ADMIN;`,
  `if (subject.user == "ada") return polkit.Result.NO; if (action.id == "${units}") return polkit.Result.YES;`,
  // More than one way to name an action, or who asks.
  `if ((action.id == "${reboot}" || action.id.match(/manage-units$/)) && subject.isInGroup("ops")) return polkit.Result.YES;`,
  `var more = ["${units}"]; if (action.id == "${reboot}" || more.indexOf(action.id) >= 0) { if (subject.isInGroup("ops")) return polkit.Result.YES; }`,
  `if (action.id == "${units}" && (subject.user == "ada" || ["bob"].indexOf(subject.user) >= 0)) return polkit.Result.YES;`,
  `if (action.id == "${units}" && (subject.isInGroup("ops") || /^b/.test(subject.user))) return polkit.Result.YES;`,
  `if (action.id == "${reboot}" && subject.isInGroup("ops") || subject.user == "bob") return polkit.Result.YES;`,
  `if ((action.id == "${units}" && subject.isInGroup("ops")) || (action.id == "${reboot}" && subject.user == "bob")) return polkit.Result.YES;`,
  `if (action.id == "${units}" && (action.lookup("unit") == "vllm.service" || subject.isInGroup("ops"))) return polkit.Result.YES;`,
  `if (action.id == "${units}" && (subject.isInGroup("ops") || action.lookup("verb") == "restart")) return polkit.Result.YES;`,
  // Units and verbs that are joined among themselves.
  `if (action.id == "${units}" && (action.lookup("unit") == "vllm.service" || action.lookup("unit") == "ssh.service") && subject.isInGroup("ops")) return polkit.Result.YES;`,
  `if (action.id == "${units}" && action.lookup("unit") == "vllm.service") { var verb = action.lookup("verb"); if (verb == "start" || verb == "restart") return polkit.Result.YES; }`,
  // Turned round.
  `if (!(action.id == "${reboot}")) return polkit.Result.YES;`,
  `if (action.id != "${reboot}" && subject.isInGroup("ops")) return polkit.Result.YES;`,
  `if (!subject.isInGroup("ops")) return polkit.Result.YES;`,
  `if (action.id == "${units}" && !subject.isInGroup("ops")) return polkit.Result.YES;`,
  `if (action.id !== "${units}") return; if (subject.user === "ada") return polkit.Result.YES;`,
  `if (action.id == "${reboot}") { return polkit.Result.NO; } else if (subject.isInGroup("ops")) { return polkit.Result.YES; }`,
  `if (subject.user == "bob") { if (action.id == "${reboot}") return; } else { return polkit.Result.YES; }`,
  `switch (action.id) { case "${reboot}": return polkit.Result.NO; case "${units}": return subject.isInGroup("ops") ? polkit.Result.YES : polkit.Result.NO; }`,
  `if (action.id == "${reboot}") return; if (subject.user == "ada") return polkit.Result.YES;`,
  `if (!subject.isInGroup("ops")) { return polkit.Result.NOT_HANDLED; } if (action.id == "${units}") { polkit.log("x"); return polkit.Result.YES; }`,
  `if (action.id == "${reboot}") return polkit.Result.YES\nif (action.id == "${units}" && subject.isInGroup("ops")) return polkit.Result.YES\n`,
  `polkit.log("asked")\nif (action.id == "${units}" && subject.isInGroup("ops")) { return polkit.Result.YES }`,
  `return subject.user == "ada" ? polkit.Result.YES : polkit.Result.NOT_HANDLED;`,
  `var result = polkit.Result.NOT_HANDLED; if (subject.isInGroup("ops")) result = polkit.Result.YES; return result;`,
]

test('who is asked nothing is refused nothing', () => {
  const rule = (file: string, body: string, line: number) => ({
    file: `/etc/polkit-1/rules.d/${file}`,
    number: 1,
    text: `polkit.addRule(function(action, subject) { ${body} });`,
    line,
  })
  const yes = rule('50-ops.rules', 'if (subject.user == "ada") return polkit.Result.YES;', 2)
  const behind = (body: string) => parsePolkit([rule('10-x.rules', body, 1), yes]).rules.map(({ understood }) => understood)
  expect(behind('return polkit.Result.NOT_HANDLED;')).toEqual([true])
  expect(behind('if (subject.user == "ada") return polkit.Result.NO;')).toEqual([false])
})

const condition = fc.letrec<{ leaf: string; any: string }>((tie) => ({
  leaf: fc.constantFrom(
    ...[units, reboot].flatMap((id) => [`action.id == "${id}"`, `action.id !== "${id}"`, `"${id}" === action.id`]),
    ...['action.id.indexOf("org.freedesktop.systemd1.") == 0', 'action.id.startsWith("org.freedesktop.login1")', 'subject.local'],
    ...[
      'subject.isInGroup("ops")',
      'subject.isInGroup("users") == true',
      'subject.user == "ada"',
      'subject.user != "bob"',
      '/^b/.test(subject.user)',
    ],
    ...['action.lookup("unit") == "vllm.service"', 'action.lookup("verb") == "restart"', '["bob", "eve"].indexOf(subject.user) >= 0'],
  ),
  any: fc.oneof(
    { maxDepth: 3 },
    tie('leaf'),
    tie('leaf'),
    fc.tuple(tie('any'), fc.constantFrom(' && ', ' || '), tie('any')).map((parts) => parts.join('')),
    fc.tuple(fc.constantFrom('(', '!('), tie('any')).map(([open, inner]) => `${open}${inner})`),
  ),
})).any
const answer = fc.constantFrom('polkit.Result.YES', 'polkit.Result.YES', '"yes"', 'polkit.Result.NO', 'polkit.Result.NOT_HANDLED', 'null')
const statement = fc.letrec<{ one: string; many: string }>((tie) => ({
  one: fc.oneof(
    { maxDepth: 3 },
    fc.tuple(condition, answer).map(([when, what]) => `if (${when}) return ${what};`),
    fc.tuple(condition, answer, answer).map(([when, what, else_]) => `if (${when}) { return ${what}; } else { return ${else_} }`),
    fc.tuple(condition, tie('many')).map(([when, inner]) => `if (${when}) { ${inner} }`),
    fc.tuple(condition, tie('many'), tie('one')).map(([when, inner, other]) => `if (${when}) { ${inner} } else ${other}`),
    fc.tuple(condition, answer, answer).map(([when, what, other]) => `return ${when} ? ${what} : ${other};`),
    fc.constantFrom('var x = 1;', 'polkit.log("x");', 'return;'),
  ),
  many: fc.array(tie('one'), { minLength: 1, maxLength: 3 }).map((all) => all.join('\n')),
})).many

test('property: who is answered yes is seen, and who is said to be is answered so', () => {
  fc.assert(
    fc.property(statement, (body) => {
      expect(wrongIn(body)).toEqual([])
    }),
    { numRuns: Number(process.env.POLKIT_RULES ?? 300) },
  )
})

test.each(rules)('%s', (body) => expect(wrongIn(body)).toEqual([]))

// Files as they lie in rules.d, in their order: helpers, rules by name, comments. Each was tried with polkit 126 on Debian 13, which answers as they do here.
const ops = `if (action.id == "${units}" && subject.isInGroup("ops")) return polkit.Result.YES;`
const addRule = (body: string) => `polkit.addRule(function(action, subject) { ${body} });`
test.each<readonly string[]>([
  [`function grant(action, subject) { ${ops} }\npolkit.addRule(grant);`],
  [
    `${addRule(`if (action.id == "${reboot}") return polkit.Result.NO;`)}\nfunction grant(action, subject) { ${ops} }\npolkit.addRule(grant);`,
  ],
  [
    `${addRule(`if (action.id == "${reboot}") return polkit.Result.NO;`)}\nvar okay = polkit.Result.YES;\n${addRule('if (subject.user == "ada") return okay;')}`,
  ],
  [`var p = polkit;\np.addRule(function(action, subject) { ${ops} });`],
  [`polkit["addRule"](function(action, subject) { ${ops} });`],
  [`with (polkit) { addRule(function(action, subject) { if (subject.user == "ada") return Result.YES; }); }`],
  [`polkit\n  .addRule(function(action, subject) { ${ops} });`],
  [`polkit.addRule (function(action, subject) { ${ops} });`],
  [`${addRule('return check(subject);')}\nfunction check(s) { return s.user == "ada" ? polkit.Result.YES : polkit.Result.NO; }`],
  [addRule('var answer = check(subject); return answer;\n function check(s) { return s.user == "ada" ? "yes" : null; }')],
  [addRule('return "ye" + "s";')],
  [addRule('return polkit.Result["Y" + "ES"];')],
  [addRule('for (var k in polkit.Result) if (k == "Y" + "ES" && subject.user == "ada") return polkit.Result[k];')],
  [addRule('return check() || polkit.Result.NO; function check() { return "yes"; }')],
  [
    `${addRule('if (subject.user == "ada") { return polkit.Result.YES; }')}${addRule('if (subject.user == "bob") { return polkit.Result.YES; }')}`,
  ],
  [addRule(`var text = "a //b"; ${ops}`)],
  [addRule(`var text = "a /* b"; ${ops} var end = "*/";`)],
  [addRule(`if (/["']/.test(action.id)) return polkit.Result.NO; ${ops}`)],
  [`/*\n${addRule('if (subject.user == "eve") return polkit.Result.YES;')}\n*/\n${addRule(ops)}`],
  [`// ${addRule('return polkit.Result.YES;')}\n${addRule(`{//it's fine\n ${ops} }`)}`],
  [addRule('throw new Error("x"); return polkit.Result.YES;')],
  ['function isOps(s) { return s.isInGroup("ops"); }\nvar okay = polkit.Result.YES;', addRule('if (isOps(subject)) return okay;')],
  [`function grant(action, subject) { ${ops} }`, 'polkit.addRule(grant);'],
  ['polkit.Result.NO = "yes";', addRule('if (subject.user == "eve") return polkit.Result.NO;')],
  [
    `["${units}", "${reboot}"].forEach(function(id) { ${addRule('if (action.id == id && subject.isInGroup("ops")) return polkit.Result.YES;')} });`,
  ],
])('%s', (...files) => expect(wrongInFiles(files)).toEqual([]))

test('what is commented out names no administrator, and a function by its name those of its file', () => {
  const named = (text: string) =>
    parsePolkit(text.split('\n').map((row, at) => ({ file: '/etc/polkit-1/rules.d/50-x.rules', number: at + 1, text: row, line: at + 1 })))
      .administrators
  expect(named('/*\npolkit.addAdminRule(function() { return ["unix-group:sudo"]; });\n*/')).toEqual([])
  expect(named('function admins() {\n  return ["unix-group:sudo"];\n}\npolkit.addAdminRule(admins);')).toEqual([{ group: 'sudo', line: 4 }])
})

const wrongIn = (body: string) => wrongInFiles([`polkit.addRule(function(action, subject) {\n${body}\n});`])

function wrongInFiles(files: readonly string[]): readonly string[] {
  const lines = files.flatMap((text, number) =>
    text
      .split('\n')
      .map((row, at) => ({ file: `/etc/polkit-1/rules.d/5${number}-x.rules`, number: at + 1, text: row, line: number * 100 + at + 1 })),
  )
  const read = parsePolkit(lines).rules
  const Result = { YES: 'yes', NO: 'no', AUTH_ADMIN: 'auth_admin', NOT_HANDLED: null }
  const run: ((action: object, subject: object) => unknown)[] = []
  const context = createContext({ polkit: { Result, addRule: (rule: (typeof run)[number]) => void run.push(rule), log: () => {} } })
  for (const text of files) runInContext(text, context)
  const answerTo = (action: object, subject: object): unknown => {
    for (const rule of run)
      try {
        const answer = rule(action, subject)
        if (answer) return answer
      } catch {
        // polkit goes on with the next one.
      }
    return undefined
  }
  const wrong: string[] = []
  for (const [name, groups] of Object.entries(people))
    for (const { id, unit, verb } of asked) {
      const words: Readonly<Record<string, string | undefined>> = { unit, verb }
      const subject = { user: name, groups, active: true, local: true, isInGroup: (group: string) => groups.includes(group) }
      const answer = answerTo({ id, lookup: (key: string) => words[key] }, subject)
      const member = { name, groupNames: new Set(groups) } as unknown as Member
      const fits = (list: readonly string[], word: string | undefined) => list.length === 0 || list.some((one) => one === word)
      const says = read.filter(
        (rule) => ruleNames(rule, member) && polkitActs(rule.actions, id) && fits(rule.units, unit) && fits(rule.verbs, verb),
      )
      if (answer === 'yes' && says.length === 0) wrong.push(`${name} may ${id} ${unit ?? ''}, which is not seen`)
      if (answer !== 'yes' && says.some(({ understood }) => understood)) wrong.push(`${name} may not ${id} ${unit ?? ''}`)
    }
  return wrong
}
