import { isDiffusionClass } from './allowed-diffusion.ts'
import { nameOfClass } from './name-of-class.ts'
import { isGadget } from './pickle/gadgets.ts'
import type { Scan, ScanItem } from './scan.ts'

const PYTHON = 'tag:yaml.org,2002:python/'
const CORE = 'tag:yaml.org,2002:'
/** Between a key and its value; a scan does not look for it behind more. */
const MAX_COMMENTS = 30
/** A key in all its forms: plain, quoted, in a flow, behind `?`. Its value may stand in the next line that is not empty and no comment, in a flow at the very beginning. */
const key = (name: string) =>
  new RegExp(
    `(?:^|[\\s{[,?-])(?:"${name}"|'${name}'|${name})\\s*:([^\\n]*(?:\\n(?:[ \\t]*#[^\\n]*\\n){0,${MAX_COMMENTS}}(?:[ \\t]+|(?=#)|(?=["']?[\\w.]+["']?[ \\t]*[,}]))[^\\n]*)?)`,
    'gm',
  )
const hydra = key('_target_')
/** Of latent-diffusion and NeMo, which takes its older key for `_target_` (`maybe_update_config_version`), of torchtune, and of Lightning's command line. */
const makers = [key('target'), key('cls'), key('_component_'), key('class_path')]
/** What classes of latent-diffusion load by its path, or from the hub. */
const loaded = [key('ckpt_path'), key('version')]
const trusts = key('trust_remote_code')
/** Of pyannote: what a preprocessor is called by is imported and called. Elsewhere a name is one for people. */
const names = key('name')
const preprocessors = key('preprocessors')
/** Tags of HyperPyYAML, by which SpeechBrain calls and makes what they name, imports it, or reads another file. */
const hyper = /(?<=^|[\s[{,:-])!(?:<!)?(?:new|name|apply|applyref|module|include):([^\s,>\]}]+)/gm
/** Python in a value. YOLO's builders of models evaluate those of `activation` and, in YOLOv5, the names and arguments of layers. */
const calls = /\b(?:__import__|(?:os|subprocess|builtins|importlib)\.\w+|(?<!\.)(?:exec|eval)(?=\(['"\\]))\s*\(.*/
const activation = key('activation')
/** A layer of PyTorch, with numbers and words. */
const layer = /^(?:torch\.)?nn\.\w+\([\w\s=.,-]*\)/
/** What may stand before a value: a comment, a tag, an anchor, the sign of a block, a quote. */
const before = /^(?:\s+|#[^\n]*\n|[|>](?:[+-]?\d?|\d[+-])\s|!\S*\s|&\S+\s|["'])*/
/** A key that stands elsewhere: nobody writes one but to hide it. */
const keyAlias = /(?:^|[\s{[,])\*[\w-]+\s*:(?=\s)/
/** What ends a line to YAML 1.1, and with it a comment. */
const lineEnd = /\r\n?|[\u0085\u2028\u2029]/g
/** An alias, or a value that is put together: by a reference of OmegaConf, by a line that goes on. */
const composed = /^\*|^[^\n,]*(?:\$\{|\\\n)/
const path = /^[A-Za-z_]\w*(?:\.\w+)+/
const fileName = /\.(?:safetensors|gguf|onnx|bin|pt|pth|ckpt|h5|json|ya?ml|txt|csv|md)$/i

/**
 * Texts that a reader of YAML would take for more than data: tags that make Python objects, and keys that name what is to be called, `_target_` of Hydra
 * and NeMo; in files of YAML those of other loaders, and the tags of HyperPyYAML. Tags and quoted keys may be written with escapes.
 */
export function judgeYaml(scan: Scan, item: ScanItem, text: string): void {
  // A quoted text may go on in a line that looks like a comment.
  const whole = unescaped(
    text
      .replace(lineEnd, '\n')
      .replace(/^[ \t]*#[^"'\n]*$/gm, '')
      .replace(/\n(?:[ \t]*\n)+/g, '\n'),
  )
  // A quoted one may go on in the next line, a comment that ends so does not.
  const plain = whole.includes('\\\n') ? `${whole}\n${whole.replace(/\\\n[ \t]*/g, '')}` : whole
  const tag =
    plain.match(/!{1,2}python\/.*|!<tag:yaml\.org,2002:python.*/)?.[0] ??
    [...plain.matchAll(/^%TAG[ \t]+\S+[ \t]+(\S+)/gm)].find(([, prefix = '']) => leadsToPython(prefix))?.[0]
  if (tag !== undefined) scan.find('yaml.python-tag', item, null, tag)
  for (const [, value = ''] of plain.matchAll(hydra)) {
    const name = value.replace(before, '')
    const named = path.exec(name)?.[0]
    if (named === undefined || composed.test(name)) scan.find('config.names-class', item, null, `_target_: ${name}`)
    else nameOfClass(scan, item, named)
  }
  for (const [, value = ''] of plain.matchAll(trusts))
    if (/^(?:true|yes|on)\b/i.test(value.replace(before, ''))) scan.find('config.own-code', item, null, 'trust_remote_code')
  if (!/\.ya?ml$/i.test(item.name)) return
  const call = calls.exec(plain)?.[0]
  if (call !== undefined) scan.find('config.calls-gadget', item, null, call)
  for (const [found, value = ''] of plain.matchAll(activation)) {
    const name = value.replace(before, '')
    if (/^[\w.]+\(/.test(name) && !layer.test(name)) scan.find('config.calls-gadget', item, null, found.trim())
  }
  const called = plain.search(preprocessors) >= 0
  for (const [, value = ''] of plain.matchAll(names)) {
    const name = value.replace(before, '')
    if (called && name.startsWith('*')) scan.find('config.names-class', item, null, `name: ${name}`)
    const named = path.exec(name)?.[0]
    if (named === undefined || named.startsWith('pyannote.')) continue
    if (called || isGadget(named.slice(0, named.lastIndexOf('.')), named.slice(named.lastIndexOf('.') + 1))) nameOfClass(scan, item, named)
  }
  for (const [, named = ''] of plain.matchAll(hyper)) nameOfClass(scan, item, named)
  const prefix = [...plain.matchAll(/^%TAG[ \t]+\S+[ \t]+(!\S+)/gm)][0]
  if (prefix !== undefined) scan.find('config.names-class', item, null, prefix[0])
  const alias = keyAlias.exec(plain)?.[0]
  if (alias !== undefined) scan.find('config.names-class', item, null, alias.trim())
  const loadsOthers = loaded.some((it) => plain.search(it) >= 0)
  for (const [key, value = ''] of makers.flatMap((it) => [...plain.matchAll(it)])) {
    const name = value.replace(before, '')
    const named = path.exec(name)?.[0]
    if (composed.test(name) || value.split('\n').length > MAX_COMMENTS) scan.find('config.names-class', item, null, key.trim())
    else if (named !== undefined && !fileName.test(named) && !isDiffusionClass(named, loadsOthers)) nameOfClass(scan, item, named)
  }
}

/** A prefix that stands for a part of the name of Python's tags: the tag itself has only the rest. */
const leadsToPython = (prefix: string): boolean => prefix.startsWith(PYTHON) || (PYTHON.startsWith(prefix) && prefix !== CORE)

/** `%70` of tags, `\x5f` and `\u005f` of quoted texts. */
const unescaped = (text: string): string =>
  text.replace(/(?:%|\\x)([\da-fA-F]{2})|\\u([\da-fA-F]{4})|\\U0{3}([\da-fA-F]{5})/g, (_, byte: string, short: string, long: string) =>
    String.fromCodePoint(Number.parseInt(byte ?? short ?? long, 16)),
  )
