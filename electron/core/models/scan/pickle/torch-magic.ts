/** PyTorch's legacy format begins with this number, pickled (torch/serialization.py). It is above 2^53: as the double that it becomes here. */
export const TORCH_MAGIC = Number(0x1950a86a20f9469cfc6cn)
