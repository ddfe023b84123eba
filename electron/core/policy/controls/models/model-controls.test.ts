import { expect, test } from 'vitest'
import { known, unknown } from '../../../facts/fact.ts'
import { parseModelFiles } from '../../../facts/model-files/parse.ts'
import { parseVerifiedModels } from '../../../facts/verified-models/parse.ts'
import type { Control } from '../../control.ts'
import notWritable from './model-directory-not-writable-by-others.control.ts'
import notPickle from './model-files-not-named-as-pickle.control.ts'
import closed from './model-files-not-world-accessible.control.ts'
import owned from './model-files-owned-by-service.control.ts'
import verified from './model-hashes-verified-at-source.control.ts'
import approved from './models-served-approved.control.ts'

/** Records as the script prints them: a directory and one file in it. */
function listing(directory: string, file: string, { parent = '755', end = '#/0/root/done', name = 'a' } = {}) {
  return parseModelFiles(
    [
      `@//models`,
      `^/d/${parent}/root/root/4096//`,
      `${directory}/d/4096//models`,
      `${file}/f/9//models/${name}`,
      `=/1/4096/${directory}/d`,
      `=/1/9/${file}/f`,
      end,
      '',
    ].join('\n'),
  )
}

const service = { id: 'ollama.service', user: 'ollama', uid: 998, modelPaths: ['/models'] }
const account = (name: string, uid: number, gid: number) => ({ name, uid, gid, home: '/', shell: '', line: 1 })
const members = (names: readonly string[], more: readonly ReturnType<typeof account>[] = []) =>
  known({
    accounts: [account('ollama', 998, 998), ...more],
    groups: [
      { name: 'ollama', gid: 998, members: names, line: 1 },
      { name: 'root', gid: 0, members: [], line: 2 },
    ],
  })
// As RHEL has it.
const halt = account('halt', 7, 0)
const own = ['d/750/ollama/ollama/o', 'f/640/ollama/ollama/c'] as const
const partial = { end: '#/1/self/done' }

/** What Gatehouse found before, of the one file of `listing`. */
function looked(file: string, root = 'listed 1 9', listedAt = '2026-11-26T00:00:00Z') {
  const models = parseVerifiedModels(`listed ${listedAt}\nroot ${root} /models\n${file}\n`)
  return { 'verified-models': models ? known(models) : unknown('none', []) }
}

/** What the approval process said of the models before this audit. */
const registered = (model: string, root?: string, listedAt?: string) => looked(`model ${model}\tm`, root, listedAt)
const NOW = Date.parse('2026-11-26T06:00:00Z')
const EIGHT_DAYS_AGO = '2026-11-18T05:00:00Z'

test.each([
  ['owned by the service', owned, listing(...own), {}, 'pass'],
  ['owned by root', owned, listing('d/755/root/root/o', 'f/644/root/root/o'), {}, 'pass'],
  ['owned by a person', owned, listing(own[0], 'f/640/alice/ollama/c'), {}, 'fail'],
  ['not all was seen', owned, listing(...own, partial), {}, 'not-evaluated'],
  ['the account is not known', owned, listing(...own), { services: [{ ...service, user: undefined, uid: undefined }] }, 'not-evaluated'],
  ['no server', owned, listing(...own), { services: [] }, 'not-applicable'],
  ['closed directory', closed, listing(...own), {}, 'pass'],
  ['world readable', closed, listing('d/755/ollama/ollama/o', 'f/644/ollama/ollama/o'), {}, 'fail'],
  [
    'world readable behind a closed parent',
    closed,
    listing('d/755/ollama/ollama/o', 'f/644/ollama/ollama/o', { parent: '750' }),
    {},
    'pass',
  ],
  ['world writable', closed, listing('d/777/ollama/ollama/o', 'f/640/ollama/ollama/o'), {}, 'fail'],
  ['parent that anyone may change', closed, listing(...own, { parent: '777' }), {}, 'fail'],
  ['open and not all was seen', closed, listing('d/755/ollama/ollama/o', 'f/640/ollama/ollama/o', partial), {}, 'not-evaluated'],
  ['group without write', notWritable, listing(...own), {}, 'pass'],
  ['group with the service alone', notWritable, listing('d/770/ollama/ollama/o', own[1]), {}, 'pass'],
  ['group with a person', notWritable, listing('d/770/ollama/ollama/o', own[1]), { accounts: members(['alice']) }, 'fail'],
  [
    'group that is a person\u2019s own',
    notWritable,
    listing('d/770/ollama/ollama/o', own[1]),
    { accounts: members([], [account('bob', 1000, 998)]) },
    'fail',
  ],
  ['group seen as a number', notWritable, listing('d/770/ollama/998/o', own[1]), { accounts: members(['alice']) }, 'fail'],
  [
    'group of root, which system accounts share',
    notWritable,
    listing('d/770/root/root/o', own[1]),
    { accounts: members([], [halt]) },
    'pass',
  ],
  ['a link that belongs to a person', owned, listing(own[0], 'l/777/alice/alice/o'), {}, 'pass'],
  ['a link in an open directory', closed, listing('d/755/ollama/ollama/o', 'l/777/ollama/ollama/o'), {}, 'pass'],
  [
    'group that seems empty beside a directory',
    notWritable,
    listing('d/770/ollama/users/o', own[1]),
    {
      accounts: known({ accounts: [], groups: [{ name: 'users', gid: 100, members: [], line: 1 }], unlisted: { reason: 'sss', line: 2 } }),
    },
    'not-evaluated',
  ],
  ['members not known', notWritable, listing('d/770/ollama/ollama/o', own[1]), { accounts: unknown('no', []) }, 'not-evaluated'],
  ['group, not all was seen', notWritable, listing(...own, partial), {}, 'not-evaluated'],
  ['nothing there', closed, parseModelFiles('@//models\n#/0/self/missing\n'), {}, 'not-evaluated'],
  ['hashes of a file', verified, listing(...own), {}, 'needs-attestation'],
  ['hashes, not all was seen', verified, listing(...own, partial), {}, 'not-evaluated'],
  [
    'hashes without a file',
    verified,
    parseModelFiles('@//models\n^/d/755/root/root/4096//\nd/750/o/o/o/d/4096//models\n=/1/4096/d/750/o/o/o/d\n#/0/root/done\n'),
    {},
    'not-applicable',
  ],
  ['hashes without a server', verified, parseModelFiles('@//models\n#/0/self/missing\n'), { services: [] }, 'not-applicable'],
  ['named as a pickle', notPickle, listing(...own, { name: 'pytorch_model-00001-of-2.bin' }), {}, 'warning'],
  ['named as a checkpoint', notPickle, listing(...own, { name: 'consolidated.00.pth' }), {}, 'warning'],
  ['a pickle, not all was seen', notPickle, listing(...own, { name: 'x.PKL', ...partial }), {}, 'warning'],
  ['named as SafeTensors: only a name', notPickle, listing(...own, { name: 'model.safetensors' }), {}, 'not-evaluated'],
  ['a .bin that may be anything', notPickle, listing(...own, { name: 'ggml-model-q4_0.bin' }), {}, 'not-evaluated'],
  ['names, not all was seen', notPickle, listing(...own, partial), {}, 'not-evaluated'],
  ['names without a server', notPickle, parseModelFiles('@//models\n#/0/self/missing\n'), { services: [] }, 'not-applicable'],
  ['every hash as published', verified, listing(...own), looked('file verified strong cleared safetensors weights /models/a'), 'pass'],
  [
    'hashes from the place of the download',
    verified,
    listing(...own),
    looked('file verified weak cleared safetensors weights /models/a'),
    'warning',
  ],
  ['another hash', verified, listing(...own), looked('file differs weak cleared safetensors weights /models/a'), 'fail'],
  ['a file that is missing', verified, listing(...own), looked('file missing-file weak cleared unknown data /models/b'), 'fail'],
  [
    'a file without an expected hash',
    verified,
    listing(...own),
    looked('file no-expected-value weak cleared gguf weights /models/a'),
    'needs-attestation',
  ],
  [
    'another set of files than was hashed',
    verified,
    listing(...own),
    looked('file verified strong cleared gguf weights /models/a', 'listed 2 18'),
    'needs-attestation',
  ],
  [
    'a directory that was hashed in part',
    verified,
    listing(...own),
    looked('file verified strong cleared gguf weights /models/a', 'partial 1 9'),
    'needs-attestation',
  ],
  [
    'hashed, but some blobs are of no model that could be read',
    verified,
    listing(...own),
    looked('file verified strong cleared gguf weights /models/a', 'unsorted 1 9'),
    'needs-attestation',
  ],
  [
    'and one of the others differs',
    verified,
    listing(...own),
    looked('file differs weak cleared gguf weights /models/a', 'unsorted 1 9'),
    'fail',
  ],
  [
    'read, but some blobs are of no model',
    notPickle,
    listing(...own),
    looked('file verified strong cleared gguf weights /models/a', 'unsorted 1 9'),
    'not-evaluated',
  ],
  ['read: no pickle', notPickle, listing(...own), looked('file no-expected-value weak cleared safetensors weights /models/a'), 'pass'],
  [
    'read: a pickle under another name',
    notPickle,
    listing(...own),
    looked('file verified strong cleared pytorch-zip weights /models/a'),
    'warning',
  ],
  ['read: it runs code', notPickle, listing(...own), looked('file verified strong dangerous pickle weights /models/a'), 'fail'],
  ['read, and not cleared', notPickle, listing(...own), looked('file verified strong not-cleared gguf weights /models/a'), 'not-evaluated'],
  [
    'named as a pickle, though none by content',
    notPickle,
    listing(...own, { name: 'x.pt' }),
    looked('file verified strong cleared safetensors weights /models/x.pt'),
    'warning',
  ],
  ['approved, and all that lies there is known', approved, listing(...own), registered('approved r1 /models/a'), 'pass'],
  ['approved by who requested it', approved, listing(...own), registered('approved-alone r1 /models/a'), 'pass'],
  ['unregistered', approved, listing(...own), registered('unregistered - /models/a'), 'fail'],
  ['changed since its approval', approved, listing(...own), registered('changed r1 /models/a'), 'fail'],
  ['rejected', approved, listing(...own), registered('rejected r1 /models/a'), 'fail'],
  ['approved for another host', approved, listing(...own), registered('not-for-host r1 /models/a'), 'fail'],
  ['still in checks', approved, listing(...own), registered('in-checks r1 /models/a'), 'fail'],
  ['superseded', approved, listing(...own), registered('superseded r1 /models/a'), 'warning'],
  ['no hash of its bytes', approved, listing(...own), registered('not-hashed - /models/a'), 'not-evaluated'],
  ['its models were never looked at', approved, listing(...own), {}, 'not-evaluated'],
  [
    'approved, but the directory changed since',
    approved,
    listing(...own),
    registered('approved r1 /models/a', 'listed 2 9'),
    'not-evaluated',
  ],
  [
    'approved, but some weights are of no model',
    approved,
    listing(...own),
    registered('approved r1 /models/a', 'unsorted 1 9'),
    'not-evaluated',
  ],
  [
    'unregistered, in a directory that changed since',
    approved,
    listing(...own),
    registered('unregistered - /models/a', 'listed 2 9'),
    'fail',
  ],
  [
    'it has no place for models',
    approved,
    listing(...own),
    { ...registered('approved r1 /models/a'), services: [{ ...service, modelPaths: [] }] },
    'not-evaluated',
  ],
  [
    'another place than the listed one',
    approved,
    listing(...own),
    { ...registered('approved r1 /models/a'), services: [{ ...service, modelPaths: ['/srv'] }] },
    'not-evaluated',
  ],
  [
    'a model that another server has',
    approved,
    listing(...own),
    { ...registered('unregistered - /srv/a'), services: [{ ...service, engine: 'ollama' }] },
    'not-applicable',
  ],
  [
    'a server that loads one, and no model is there',
    approved,
    listing(...own),
    { ...registered('approved - /srv/a'), services: [{ ...service, engine: 'vllm' }] },
    'not-evaluated',
  ],
  [
    'verified eight days ago',
    verified,
    listing(...own),
    looked('file verified strong cleared safetensors weights /models/a', undefined, EIGHT_DAYS_AGO),
    'needs-attestation',
  ],
  [
    'found to differ eight days ago',
    verified,
    listing(...own),
    looked('file differs weak cleared safetensors weights /models/a', undefined, EIGHT_DAYS_AGO),
    'fail',
  ],
  [
    'read eight days ago',
    notPickle,
    listing(...own),
    looked('file no-expected-value weak cleared safetensors weights /models/a', undefined, EIGHT_DAYS_AGO),
    'not-evaluated',
  ],
  ['approved seven days ago', approved, listing(...own), registered('approved r1 /models/a', undefined, '2026-11-19T05:00:00Z'), 'pass'],
  ['approved eight days ago', approved, listing(...own), registered('approved r1 /models/a', undefined, EIGHT_DAYS_AGO), 'not-evaluated'],
  ['approved at an unknown time', approved, listing(...own), registered('approved r1 /models/a', undefined, 'soon'), 'not-evaluated'],
  ['unregistered eight days ago', approved, listing(...own), registered('unregistered - /models/a', undefined, EIGHT_DAYS_AGO), 'fail'],
  ['approvals without a server', approved, listing(...own), { services: [] }, 'not-applicable'],
  ['nothing there and no server', closed, parseModelFiles('@//models\n#/0/self/missing\n'), { services: [] }, 'not-applicable'],
] as const)('%s', (_, control, directories, change, expected) => {
  const open = control as unknown as Control
  const verdicts = open.evaluate(
    {
      'model-files': control === approved ? known({ directories }) : { directories },
      services: [service],
      accounts: members([]),
      'verified-models': unknown('no', []),
      ...change,
    } as never,
    { now: NOW } as never,
  )
  expect(verdicts.map(({ status }) => status)).toEqual([expected])
  for (const { title } of verdicts) expect(title.length).toBeLessThan(48)
})
