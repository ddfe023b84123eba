"""Writes to __fixtures__ checkpoints that name classes of Lightning, OmegaConf, pyannote.audio and Coqui TTS, by stand-ins of these names: of a class a pickle holds its name and its state. Run with torch 2.13.0: python3 make-fixtures-checkpoints.py"""
import pathlib, sys, types, torch, enum, dataclasses, typing, collections, numpy
def module(name):
    m = types.ModuleType(name); sys.modules[name] = m
    if '.' in name: setattr(sys.modules.get(name.rsplit('.',1)[0]) or module(name.rsplit('.',1)[0]), name.rsplit('.',1)[1], m)
    return m
def cls(mod, name, bases=(), **ns):
    m = sys.modules.get(mod) or module(mod)
    c = type(name, bases or (object,), dict(ns)); c.__module__ = mod; c.__qualname__ = name; setattr(m, name, c); return c
def new(c, **state):
    o = c.__new__(c); o.__dict__.update(state); return o
out = pathlib.Path(__file__).parent / '__fixtures__'
MC = cls('pytorch_lightning.callbacks.model_checkpoint', 'ModelCheckpoint')
net = torch.nn.Linear(2, 2)
torch.save({'epoch': 4, 'global_step': 7, 'pytorch-lightning_version': '1.4.2', 'state_dict': net.state_dict(),
  'callbacks': {MC: {'monitor': 'val/loss', 'best_model_score': torch.tensor(1.0), 'current_score': numpy.float64(2)}}, 'optimizer_states': []}, out / 'lightning14-callbacks.ckpt')
Any = typing.Any
LC = cls('omegaconf.listconfig','ListConfig'); DC = cls('omegaconf.dictconfig','DictConfig')
CM = cls('omegaconf.base','ContainerMetadata'); MD = cls('omegaconf.base','Metadata')
nodes = {n: cls('omegaconf.nodes', n) for n in ('AnyNode','StringNode')}
def md(c=MD, **k): return new(c, ref_type=Any, object_type=None, optional=True, key=None, flags={}, flags_root=False, resolver_cache=collections.defaultdict(dict), **k)
node = new(nodes['AnyNode'], _metadata=md(), _parent=None, _val=60)
text = new(nodes['StringNode'], _metadata=md(), _parent=None, _val='x')
lst = new(LC, _metadata=md(CM, key_type=int, element_type=Any), _parent=None, _content=[node])
cfg = new(DC, _metadata=md(CM, key_type=Any, element_type=Any), _parent=None, _content={'units': lst, 'name': text})
node._parent = lst; lst._parent = cfg
T='pyannote.audio.core.task'
Problem = enum.Enum('Problem', ['MONO_LABEL_CLASSIFICATION','MULTI_LABEL_CLASSIFICATION'], module=T); Resolution = enum.Enum('Resolution', ['FRAME','CHUNK'], module=T)
module(T); setattr(sys.modules[T],'Problem',Problem); setattr(sys.modules[T],'Resolution',Resolution)
Spec = cls(T,'Specifications')
module('pyannote.audio.core.model')
Intro = collections.namedtuple('Introspection', 'min_num_samples dimension', module='pyannote.audio.core.model'); sys.modules['pyannote.audio.core.model'].Introspection = Intro
torch.save({'state_dict': net.state_dict(), 'hyper_parameters': {'sincnet': {'stride': 10}, 'linear': cfg}, 'pytorch-lightning_version': '1.5.4',
  'pyannote.audio': {'versions': {'torch': torch.torch_version.TorchVersion('1.10')}, 'architecture': {'module': 'pyannote.audio.models.segmentation.PyanNet', 'class': 'PyanNet'},
  'introspection': Intro(100, 4), 'specifications': new(Spec, problem=Problem.MULTI_LABEL_CLASSIFICATION, resolution=Resolution.FRAME, duration=5.0, classes=['a'], permutation_invariant=True)}}, out / 'pyannote-segmentation.bin')
XC = cls('TTS.tts.configs.xtts_config','XttsConfig'); XA = cls('TTS.tts.models.xtts','XttsArgs'); XU = cls('TTS.tts.models.xtts','XttsAudioConfig'); BD = cls('TTS.config.shared_configs','BaseDatasetConfig')
torch.save({'model': net.state_dict(), 'config': new(XC, model='xtts', model_args=new(XA, gpt_batch_size=1), audio=new(XU, sample_rate=22050), datasets=[new(BD, formatter='')])}, out / 'xtts-model.pth')
