/** A number for a text, 64 bits in hexadecimal: FNV-1a, twice. Against no attacker; node:crypto takes 3 ms to load. */
export function hashOf(text: string): string {
  const bytes = Buffer.from(text)
  const half = (seed: number) => {
    let value = seed
    for (const byte of bytes) value = Math.imul(value ^ byte, 0x01000193)
    return (value >>> 0).toString(16).padStart(8, '0')
  }
  return half(0x811c9dc5) + half(0x9747b28c)
}
