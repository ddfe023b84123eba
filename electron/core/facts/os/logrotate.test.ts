import { expect, test } from 'vitest'
import { readBlocks } from '../blocks.ts'
import { MAX_ROWS, parseLogrotate, type Rotation } from './logrotate.ts'

/** What logrotate 3.21.0 of Debian 12 said with -d about these files: `after 1 days (14 rotations)` and so on. */
const configuration = `weekly
rotate 4
create
include /etc/logrotate.d`
const files: Readonly<Record<string, string>> = {
  nginx: `/var/log/nginx/*.log {
	daily
	missingok
	rotate 14
	create 0640 root adm
	postrotate
		invoke-rc.d nginx rotate >/dev/null 2>&1
	endscript
}`,
  'nginx.dpkg-old': '/var/log/nginx/*.log {\n rotate 99\n}',
  zz: `rotate 9
"/var/log/b c.txt"
/var/log/d.txt
{
  monthly
  size=100k
}
/var/log/e.txt { maxage 30
 hourly
 yearly }
/var/log/f.txt {
 weekly 3
 maxsize 10M
 nocreate
}`,
}

const rows = (file: string, text: string) => text.split('\n').map((line, index) => `=${file}:${index + 1}:${line}`)
const read = (...lines: readonly string[]) => parseLogrotate(readBlocks(['@logrotate', ...lines].join('\n')).get('logrotate')?.[0])
const whole = () =>
  read(
    ...rows('/etc/logrotate.conf', configuration),
    ...Object.entries(files).flatMap(([name, text]) => rows(`/etc/logrotate.d/${name}`, text)),
  )

test('as logrotate itself reads it: periods, counts, several logs of one block, globals, names that it leaves out', () => {
  const short = ({ patterns, every, keep }: Rotation) => `${patterns.join(' + ')}: ${every}, ${keep} rotations`
  expect(whole()?.rotations.map(short)).toEqual([
    '/var/log/nginx/*.log: day, 14 rotations',
    '/var/log/b c.txt + /var/log/d.txt: size, 9 rotations',
    '/var/log/e.txt: year, 9 rotations',
    '/var/log/f.txt: week, 9 rotations',
  ])
  expect(whole()?.rotations).toMatchObject([
    { createMode: 0o640, line: 6 },
    {},
    { maxAgeDays: 30 },
    { sooner: true, createMode: undefined },
  ])
  expect(whole()?.elsewhere).toEqual([])
})

test('a directory that is not included does nothing, and an include of another one is said', () => {
  const below = rows('/etc/logrotate.d/nginx', files.nginx ?? '')
  expect(read(...rows('/etc/logrotate.conf', 'weekly'), ...below)).toEqual({ rotations: [], elsewhere: [] })
  expect(read(...below)).toEqual({ rotations: [], elsewhere: [] })
  expect(read(...rows('/etc/logrotate.conf', 'include /srv/logrotate.d'))?.elsewhere).toEqual(['/srv/logrotate.d'])
})

test('what was not read is not known', () => {
  expect(parseLogrotate(undefined)).toBeUndefined()
  expect(parseLogrotate(readBlocks('@logrotate unreadable\n').get('logrotate')?.[0])).toBeUndefined()
  expect(read(...Array.from({ length: MAX_ROWS }, () => '=/etc/logrotate.conf:1:weekly'))?.elsewhere).toEqual(['the rest'])
})

test('a block that never ends is none', () => {
  expect(read(...rows('/etc/logrotate.conf', '/var/log/a {\n daily'))?.rotations).toEqual([])
})
