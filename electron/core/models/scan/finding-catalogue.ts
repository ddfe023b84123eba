import type { ScanFinding } from '#shared/model/scan-report.ts'

type Entry = Pick<ScanFinding, 'severity' | 'title'>
const dangerous = (title: string): Entry => ({ severity: 'dangerous', title })
const suspicious = (title: string): Entry => ({ severity: 'suspicious', title })

/** Everything that a scan can find. Codes are stable; titles state what was seen. */
export const findingCatalogue = {
  'pickle.gadget': dangerous('A pickle imports what can run any code'),
  'pickle.own-code': dangerous('A pickle brings code of its own'),
  'pickle.unknown-import': suspicious('A pickle imports what weights do not need'),
  'pickle.computed-import': dangerous('A pickle imports a name that it computes'),
  'pickle.extension': dangerous('A pickle imports by a registry code'),
  'pickle.frame-overrun': dangerous('A frame of a pickle ends inside an opcode'),
  'pickle.alters-import': dangerous('A pickle changes an imported class'),
  'pickle.computed-call': suspicious('A pickle calls an object that it made'),
  'pickle.unusual-call': suspicious('A pickle calls what weights only name'),
  'pickle.grows': suspicious('A pickle can fill the memory of its loader'),
  'pickle.named-arguments': suspicious('A pickle calls with arguments by name'),
  'pickle.loader-passed-on': suspicious('A pickle hands a loader of pickles on'),
  'pickle.type-lies': suspicious('A type of numpy contradicts itself'),
  'pickle.array-over-bytes': suspicious('An array of numpy is laid over bytes'),
  'pickle.array-over-memory': dangerous('A pickle lays an array over any memory'),
  'pickle.storage-overrun': dangerous('A tensor claims more bytes than its member has'),
  'pickle.persistent-id': suspicious('A pickle refers to objects outside the file'),
  'pickle.unusual-codec': suspicious('A pickle encodes text with an odd codec'),

  'zip.leading-bytes': suspicious('Bytes stand before the archive'),
  'zip.ambiguous': suspicious('Two readers see two different archives'),
  'zip.headers-differ': suspicious('The two headers of a member differ'),
  'zip.encrypted-flag': suspicious('A member is marked as encrypted'),
  'zip.wrong-checksum': suspicious('A member has a wrong checksum'),
  'zip.path-escapes': dangerous('A member would be written elsewhere'),
  'zip.odd-name': suspicious('The name of a member has odd characters'),
  'zip.duplicate-name': suspicious('Two members have the same name'),
  'zip.overlap': suspicious('Two members share bytes'),
  'zip.hidden-bytes': suspicious('The archive has bytes of no member'),

  'tar.path-escapes': dangerous('A member would be written elsewhere'),
  'tar.link': suspicious('A member is a link'),

  'template.escapes': dangerous('A chat template reaches into Python'),
  'template.loads-other': suspicious('A chat template loads another file'),
  'template.builds-names': suspicious('A chat template puts names together'),
  'template.calls-values': suspicious('A chat template calls what it looks up'),
  'config.own-code': suspicious('A configuration brings code of its own'),
  'config.python-object': dangerous('A configuration makes Python objects'),
  'config.calls-gadget': dangerous('A configuration calls what runs any code'),
  'config.names-class': suspicious('A configuration names a class to make'),
  'config.foreign-packages': suspicious('A list of packages has a source of its own'),
  'yaml.python-tag': dangerous('A YAML file makes Python objects'),
  'keras.runs-code': dangerous('A Keras layer runs code'),
  'keras.operation': suspicious('A Keras layer calls an operation by name'),
  'keras.foreign-module': dangerous('Keras is told to import another module'),
  'keras.names-function': suspicious('Keras is told to find a function by name'),
  'keras.reads-file': dangerous('A Keras layer reads a file'),
  'keras.own-class': suspicious('Keras needs a class that is not its own'),
  'hdf5.outside': suspicious('Data or a link leads to another file'),
  'onnx.data-escapes': dangerous('Data of a tensor lies outside the folder'),
  'onnx.foreign-operator': suspicious('An operator needs a library of its own'),
  'onnx.python-operator': dangerous('An operator runs Python'),
  'code.python': suspicious('Python code lies with the weights'),
  'code.script': suspicious('A script lies with the weights'),
  'code.program': suspicious('A program lies with the weights'),
} as const satisfies Record<string, Entry>

export type FindingCode = keyof typeof findingCatalogue
