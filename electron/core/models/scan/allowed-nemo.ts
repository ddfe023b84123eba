/** Classes by the file that has them; the packages give most of them on by their own names. */
const modules = {
  audio_preprocessing:
    'AudioToMelSpectrogramPreprocessor AudioToMFCCPreprocessor AudioToSpectrogram SpectrogramToAudio CropOrPadSpectrogramAugmentation MaskedPatchAugmentation RandomBlockMaskingAugmentation SpectrogramAugmentation',
  conformer_encoder: 'ConformerEncoder ConformerEncoderAdapter',
  conv_asr:
    'ConvASRDecoder ConvASRDecoderClassification ConvASRDecoderReconstruction ConvASREncoder ConvASREncoderAdapter ECAPAEncoder ParallelConvASREncoder SpeakerDecoder',
  hybrid_autoregressive_transducer: 'HATJoint',
  lstm_decoder: 'LSTMDecoder',
  rnn_encoder: 'RNNEncoder',
  rnnt: 'RNNTDecoder RNNTDecoderJointSSL RNNTJoint SampledRNNTJoint StatelessTransducerDecoder',
  sortformer_modules: 'SortformerModules',
  squeezeformer_encoder: 'SqueezeformerEncoder SqueezeformerEncoderAdapter',
  ssl_modules: 'ConvFeatureMaksingWrapper MultiSoftmaxDecoder RandomBlockMasking RandomProjectionVectorQuantizer',
  transformer: 'get_nemo_transformer',
  'transformer.transformer_decoders': 'TransformerDecoder',
  'transformer.transformer_encoders': 'TransformerEncoder',
}
const models = {
  aed_multitask_models: 'EncDecMultiTaskModel',
  classification_models: 'EncDecClassificationModel EncDecFrameClassificationModel EncDecRegressionModel',
  ctc_bpe_models: 'EncDecCTCModelBPE',
  ctc_models: 'EncDecCTCModel',
  hybrid_rnnt_ctc_bpe_models: 'EncDecHybridRNNTCTCBPEModel',
  hybrid_rnnt_ctc_models: 'EncDecHybridRNNTCTCModel',
  label_models: 'EncDecSpeakerLabelModel',
  rnnt_bpe_models: 'EncDecRNNTBPEModel',
  rnnt_models: 'EncDecRNNTModel',
  sortformer_diar_models: 'SortformerEncLabelModel',
  ssl_models: 'SpeechEncDecSelfSupervisedModel',
}
const losses = {
  aggregator: 'AggregatorLoss',
  angularloss: 'AngularSoftmaxLoss',
  bce_logits_loss: 'BCEWithLogitsLoss',
  bce_loss: 'BCELoss',
  cross_entropy: 'CrossEntropyLoss NLLLoss',
  ctc: 'CTCLoss',
  mse_loss: 'MSELoss',
  rnnt: 'RNNTLoss',
  smoothed_cross_entropy: 'SmoothedCrossEntropyLoss',
  'ssl_losses.contrastive': 'ContrastiveLoss',
  'ssl_losses.mlm': 'MLMLoss MultiMLMLoss',
  'ssl_losses.rnnt': 'RNNTLossForSSL',
}

const pathsOf = (prefix: string, classes: Readonly<Record<string, string>>): string[] =>
  Object.entries(classes).flatMap(([file, names]) =>
    names.split(' ').flatMap((name) => [`nemo.collections.${prefix}.${name}`, `nemo.collections.${prefix}.${file}.${name}`]),
  )

const paths: ReadonlySet<string> = new Set([
  ...pathsOf('asr.modules', modules),
  ...pathsOf('asr.models', models),
  ...pathsOf('asr.losses', losses),
  ...pathsOf('common.losses', losses),
  ...pathsOf('asr.metrics', { bleu: 'BLEU', wer: 'WER' }),
  ...pathsOf('common.tokenizers', { canary_tokenizer: 'CanaryTokenizer' }),
  'nemo.collections.asr.parts.preprocessing.features.FilterbankFeatures',
  'nemo.collections.asr.parts.submodules.token_classifier.TokenClassifier',
])

/**
 * Is it one of the classes that NeMo's own models for speech are configured with (Parakeet, Canary, Conformer, TitaNet, MarbleNet, Sortformer)? Each of them is made of
 * numbers and words, loads no other file of weights and calls nothing by name; those that do (`ssl_pretrained`, `model_path`) are not here, nor anything by its module alone,
 * since Hydra goes from a module of NeMo on to what that imports.
 */
export const isNemoClass = (path: string): boolean => paths.has(path)
