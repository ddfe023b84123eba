import type { PickleGlobal } from './pickle-value.ts'

/** Of TRL: `trl.trainer.sft_config.SFTConfig` and its like. */
const methods = 'SFT DPO KTO ORPO CPO GRPO RLOO PPO PPOv2 Reward PRM BCO GKD NashMD XPO OnlineDPO Distillation'.split(' ')
const ofTrl = (method: string) => `trl.trainer.${method.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase()}_config`
const encoders = ['', '.sentence_transformer', '.cross_encoder', '.sparse_encoder', '.multi_vector_encoder']
const samplers = 'BatchSamplers MultiDatasetBatchSamplers'

/**
 * Settings of a training, `training_args.bin`, which lies with everything that was fine-tuned, and `AcceleratorConfig` and others in them: classes that are made
 * without arguments and given their state, and lists of words (read in transformers 5.17, accelerate 1.15, TRL 1.13 and sentence-transformers 6.0, with
 * the names of their versions before). They are Python objects, so whoever loads them has to have these libraries, and nothing else of the file runs.
 */
export const allowedTrainers: Readonly<Record<string, string>> = {
  'transformers.training_args': 'TrainingArguments OptimizerNames ParallelMode',
  'transformers.training_args_seq2seq': 'Seq2SeqTrainingArguments',
  'transformers.trainer_utils': 'IntervalStrategy SaveStrategy EvaluationStrategy LoggingStrategy HubStrategy SchedulerType FSDPOption',
  'transformers.trainer_pt_utils': 'AcceleratorConfig',
  'transformers.generation.configuration_utils': 'GenerationConfig',
  'accelerate.state': 'PartialState',
  'accelerate.utils.dataclasses': 'DistributedType',
  ...Object.fromEntries(methods.map((method) => [ofTrl(method), `${method}Config`])),
  'trl.trainer.dpo_config': 'DPOConfig FDivergenceType',
  'sentence_transformers.base.training_args': 'BaseTrainingArguments',
  'sentence_transformers.base.sampler': samplers,
  ...Object.fromEntries(
    encoders.map((one) => [
      `sentence_transformers${one}.training_args`,
      `SentenceTransformerTrainingArguments CrossEncoderTrainingArguments SparseEncoderTrainingArguments MultiVectorEncoderTrainingArguments ${samplers}`,
    ]),
  ),
}

/** A class of settings: its constructor sets up devices and reads files, so a pickle never calls it. */
export const isSettings = ({ module, name }: PickleGlobal): boolean =>
  allowedTrainers[module ?? ''] !== undefined && /(?:Arguments|Config|State)$/.test(name ?? '')
