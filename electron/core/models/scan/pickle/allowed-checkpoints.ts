import type { PickleGlobal } from './pickle-value.ts'

const nodes = 'AnyNode StringNode IntegerNode FloatNode BooleanNode PathNode BytesNode'
const callbacks = { 'callbacks.model_checkpoint': 'ModelCheckpoint', 'callbacks.early_stopping': 'EarlyStopping' }
/** Words and numbers by which others are told: looked up, not made. */
const words = /^(?:Problem|Resolution|Introspection)$/

/**
 * What checkpoints hold beside their weights, as data that is made without arguments and given its state: callbacks that Lightning before 1.5 keeps the state of under
 * their class, so that it stands in Stable Diffusion 1 and all that was made of it; OmegaConf's nodes with the types that they name (omegaconf/basecontainer.py: their
 * `__setstate__` only updates what it is given); what pyannote.audio says of a model; the settings of Coqui's XTTS. Their constructors open files or follow what they are given, so a pickle never calls them.
 */
export const allowedCheckpoints: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['pytorch_lightning', 'lightning.pytorch'].flatMap((library) =>
      Object.entries(callbacks).map(([module, names]) => [`${library}.${module}`, names]),
    ),
  ),
  'omegaconf.listconfig': 'ListConfig',
  'omegaconf.dictconfig': 'DictConfig',
  'omegaconf.base': 'ContainerMetadata Metadata',
  'omegaconf.nodes': nodes,
  typing: 'Any Dict List',
  'pyannote.audio.core.model': 'Introspection',
  'pyannote.audio.core.task': 'Specifications Problem Resolution',
  'TTS.tts.configs.xtts_config': 'XttsConfig',
  'TTS.tts.models.xtts': 'XttsArgs XttsAudioConfig',
  'TTS.config.shared_configs': 'BaseDatasetConfig',
}

/** A class whose constructor no pickle calls. */
export const isBesideWeights = ({ module, name }: PickleGlobal): boolean =>
  allowedCheckpoints[module ?? ''] !== undefined && !words.test(name ?? '')
