const words = (text: string) => text.trim().split(/\s+/)

/**
 * Classes of latent-diffusion that `v1-inference.yaml` and its like name, which lie with Stable Diffusion, and in `models/configs` of each ComfyUI (read there and in
 * CompVis/stable-diffusion). They are made of numbers and of each other; what they load besides is named by `ckpt_path` and `version`.
 */
const classes: ReadonlySet<string> = new Set(
  words(`
    ldm.lr_scheduler.LambdaLinearScheduler
    ldm.models.autoencoder.AutoencoderKL
    ldm.models.diffusion.ddpm.LatentDiffusion
    ldm.models.diffusion.ddpm.LatentInpaintDiffusion
    ldm.modules.diffusionmodules.openaimodel.UNetModel
    ldm.modules.encoders.modules.FrozenCLIPEmbedder
    ldm.modules.encoders.modules.FrozenOpenCLIPEmbedder
    torch.nn.Identity
  `),
)

/** Only where the configuration names no file and no other model to load. */
export const isDiffusionClass = (path: string, loadsOthers: boolean): boolean => !loadsOthers && classes.has(path)
