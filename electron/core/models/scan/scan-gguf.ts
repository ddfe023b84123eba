import type { ModelFormat } from '#shared/model/model-format.ts'
import { readGguf } from '../readers/gguf.ts'
import { judgeTemplate } from './judge-template.ts'
import type { Scan, ScanItem } from './scan.ts'

/** GGUF holds numbers and texts; of the texts, chat templates are programs. */
export async function scanGguf(scan: Scan, item: ScanItem): Promise<ModelFormat> {
  const { version, littleEndian, tensors, types, metadata } = await readGguf(item.source, scan.step, scan.signal)
  scan.fact('GGUF version', littleEndian ? version : `${version}, big-endian`)
  scan.fact('architecture', metadata.get('general.architecture') ?? 'not stated')
  scan.fact('name', metadata.get('general.name') ?? 'not stated')
  scan.fact('tensors', tensors)
  scan.fact('types', [...types].map(([name, count]) => `${count} ${name}`).join(', '))
  for (const [key, value] of metadata)
    if (key === 'tokenizer.chat_template' || key.startsWith('tokenizer.chat_template.')) judgeTemplate(scan, item, value)
  return 'gguf'
}
