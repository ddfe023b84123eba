import type { LogPiece } from '#shared/model/service-log.ts'
import { pairPieces } from './pairs.ts'
import { removed, template } from './shapes.ts'

/** Words of LocalAI about itself (mudler/LocalAI, core/). Below INFO it prints requests, prompts and answers: nothing of that is shown. */
const messages = [
  'Starting LocalAI using <num> threads, with models path: <path>',
  'LocalAI version: <version> (<id>)',
  'core/startup process completed!',
  'LocalAI API is listening! Please connect to the endpoint for API documentation.',
  'LocalAI is started and running',
  'Preloading models from <path>',
  'Success',
  'BackendLoader starting',
  "Loading model '<name>' with backend <name>",
  'Loading model',
  "Trying to load the model '<name>' with the backend '<name>'",
  '[<name>] Loads OK',
  '[<name>] Fails: could not load model',
  'HTTP request',
  'env file found, loading environment variables from file',
].map(template)

/** zerolog on a terminal: `8:12AM INF Success ip=… latency=… method=POST status=200 url=/v1/chat/completions`. Undefined: none of these. */
export function localAiPieces(line: string): LogPiece[] | undefined {
  const head = /^(\d{1,2}:\d{2}(?::\d{2})?[AP]M |\d{4}-\d\d-\d\dT[\d:.Z+-]{8,20} )(TRC|DBG|INF|WRN|ERR|FTL|PNC) ([\s\S]*)$/.exec(line)
  if (!head) return undefined
  const [, time = '', level = '', body = ''] = head
  if (level === 'TRC' || level === 'DBG') return [{ text: `${time}${level} ` }, removed('message', body)]
  const [, words = '', pairs = ''] = /^(.*?)((?: [A-Za-z_][\w.-]{0,40}=[\s\S]*)?)$/s.exec(body) ?? []
  return [
    { text: `${time}${level} ` },
    messages.some((known) => known.test(words.trim())) ? { text: words } : removed('message', words),
    ...(pairs === '' ? [] : [{ text: ' ' }, ...pairPieces(pairs.trim())]),
  ]
}
