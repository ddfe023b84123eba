import type { Edit } from '#core/push/templates/host-file.ts'
import type { DemoFile, DemoHost } from './demo-host.ts'

/** /etc/passwd, /etc/shadow, /etc/group and /etc/gshadow of a simulated host, as its accounts have them until a push changes a line. */

const generated: Readonly<Record<string, (host: DemoHost) => readonly string[]>> = {
  '/etc/passwd': ({ accounts }) => accounts.map(({ name, uid, gid, home, shell }) => `${name}:x:${uid}:${gid}::${home}:${shell}`),
  '/etc/shadow': ({ accounts }) =>
    accounts.map(({ name, password }) => `${name}:${password === 'usable' ? '$6$demo$demo' : '!'}:19000:0:99999:7:::`),
  '/etc/group': ({ groups }) => groups.map(({ name, gid, members }) => `${name}:x:${gid}:${members.join(',')}`),
  '/etc/gshadow': ({ groups }) => groups.map(({ name, members }) => `${name}:!::${members.join(',')}`),
}

/** Lines of one of them. */
export function accountLines(host: DemoHost, path: '/etc/passwd' | '/etc/shadow' | '/etc/group'): readonly string[] {
  const content = host.files.get(path)?.content
  return content === undefined ? (generated[path]?.(host) ?? []) : content.split('\n').filter((line) => line !== '')
}

/** The host with these files among its others, where they are not there yet. */
export function withAccountFiles(host: DemoHost): DemoHost {
  const made = Object.entries(generated).map(([path, lines]): [string, DemoFile] => {
    const content = lines(host)
      .map((line) => `${line}\n`)
      .join('')
    const mode = path === '/etc/group' || path === '/etc/passwd' ? 0o644 : 0o640
    return [path, { type: 'file', owner: 'root', group: 'root', mode, size: content.length, content }]
  })
  return { ...host, files: new Map([...made, ...host.files]) }
}

/** What `gh_edit` of `core/push` makes of a text, and the first field of each line that is another. */
export function edited(text: string, { rule, names }: Edit): { readonly text: string; readonly changes: readonly string[] } {
  const without = (list: string) =>
    list
      .split(',')
      .filter((name) => !names.includes(name))
      .join(',')
  if (rule === 'add') return added(text, names[0] ?? '')
  const changes: string[] = []
  const lines = text.split('\n').flatMap((line) => {
    const fields = line.split(':')
    const [name = '', word = '', third = '', fourth = ''] = fields
    const named = names.includes(name)
    const now =
      rule === 'omit'
        ? named
          ? undefined
          : line
        : rule === 'leave-groups' && fields.length === 4
          ? [name, word, without(third), without(fourth)].join(':')
          : rule === 'close' && fields.length === 9 && named
            ? [name, word.startsWith('!') ? word : `!${word}`, ...fields.slice(2, 7), '1', ...fields.slice(8)].join(':')
            : line
    if (now !== line) changes.push(name)
    return now === undefined ? [] : [now]
  })
  return { text: lines.join('\n'), changes }
}

function added(text: string, line: string): { readonly text: string; readonly changes: readonly string[] } {
  const [name = '', , id = ''] = line.split(':')
  const there = text.split('\n').some((row) => row.startsWith(`${name}:`) || (id !== '' && row.split(':')[2] === id))
  return there ? { text, changes: [] } : { text: `${text}${line}\n`, changes: [name] }
}

/** The number of an account; undefined where the host has none of that name. */
export const uidOf = (host: DemoHost, name: string): number | undefined => {
  const line = accountLines(host, '/etc/passwd').find((row) => row.startsWith(`${name}:`))
  return line === undefined ? undefined : Number(line.split(':')[2])
}
