import { z } from 'zod'
import { failureSchema } from './audit.ts'
import { engines } from './inference-service.ts'

/** What a name below a model directory is. A link is never followed; where it leads stands beside it. */
export const modelFileTypes = ['file', 'directory', 'symlink', 'fifo', 'socket', 'device', 'unknown'] as const

/** One name below a model directory, as the host listed it. */
export const modelFileSchema = z.object({
  /** For people: bytes that are no UTF-8, and control characters, are drawn as `\xNN`. */
  path: z.string(),
  /** The exact bytes in base64, where `path` is not exactly the name. */
  pathBytes: z.string().optional(),
  type: z.enum(modelFileTypes),
  /** Permission bits, e.g. 0o640. */
  mode: z.int(),
  owner: z.string(),
  group: z.string(),
  size: z.number(),
  /** Bytes on the disk; fewer than `size` in a sparse file. */
  allocated: z.number(),
  device: z.string(),
  inode: z.string(),
  /** Nanoseconds since the epoch, in decimal, since they do not fit a number. Empty where the host does not tell them. */
  mtimeNs: z.string(),
  ctimeNs: z.string(),
  /** Where a symbolic link leads, as written in it. */
  target: z.string().optional(),
})
export type ModelFile = z.infer<typeof modelFileSchema>

/** How models are laid out on a disk. */
export const modelKinds = ['directory', 'file', 'lora', 'ollama', 'hf-cache'] as const
export type ModelKind = (typeof modelKinds)[number]

/** An inference server that is given a model by its flags, unit, variables or mounts. */
export const modelServerSchema = z.object({ id: z.string(), engine: z.enum(engines), running: z.boolean() })
export type ModelServer = z.infer<typeof modelServerSchema>

/** A model directory of one host, and how far it could be listed. */
export const modelRootSchema = z.object({
  path: z.string(),
  /** Named by the fleet file, usual for an engine, or only named by a server that runs there. */
  origin: z.enum(['declared', 'usual', 'engine']),
  state: z.enum(['listed', 'missing', 'partial', 'unseen']),
  /** Why it is partial or unseen; empty when it is neither. */
  reason: z.string(),
  files: z.int(),
  bytes: z.number(),
  /** Weights and blobs that belong to no model that could be read: nothing is known of them. */
  unsorted: z.int(),
})
export type ModelRoot = z.infer<typeof modelRootSchema>

/** A name that is not what a model store should hold: said, never followed. */
export const modelOddityKinds = [
  'fifo',
  'device',
  'socket',
  'sparse',
  'link-outside',
  'link-loop',
  'link-broken',
  'name',
  'unknown-type',
] as const
export const modelOdditySchema = z.object({ path: z.string(), kind: z.enum(modelOddityKinds), reason: z.string() })
export type ModelOddity = z.infer<typeof modelOdditySchema>

/** One model on one host. */
export const hostModelSchema = z.object({
  host: z.string(),
  /** Stable on its host: the path of the directory, file, snapshot or manifest. */
  id: z.string(),
  name: z.string(),
  kind: z.enum(modelKinds),
  path: z.string(),
  /** Owner and mode of the file, or of the directory. */
  owner: z.string(),
  group: z.string(),
  mode: z.int(),
  files: z.int(),
  bytes: z.number(),
  /** Newest change of content, milliseconds since the epoch. */
  changedAt: z.number(),
  servers: z.array(modelServerSchema),
  /** A running process names it, or no process that could does; `unknown` where processes do not tell. */
  loaded: z.enum(['yes', 'no', 'unknown']),
  /** Where it came from, as its layout says: registry and name, or repository and commit. Empty where nothing says it. */
  source: z.string(),
  /** What is wrong with its layout: missing blobs, sizes that differ, a manifest that cannot be read. */
  problems: z.array(z.string()),
})
export type HostModel = z.infer<typeof hostModelSchema>

/** The newest listing of one host. */
export const hostInventorySchema = z.object({
  host: z.string(),
  listedAt: z.iso.datetime(),
  roots: z.array(modelRootSchema),
  /** At most a hundred, the rest is counted. */
  oddities: z.array(modelOdditySchema),
  oddityCount: z.int(),
  /** Blobs that no manifest names. */
  orphans: z.array(z.object({ path: z.string(), size: z.number() })),
  failure: failureSchema.optional(),
})
export type HostInventory = z.infer<typeof hostInventorySchema>
