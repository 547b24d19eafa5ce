const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Milliseconds of `90` (seconds), `0.5`, `5m`, `1h30m` or `2d`; nothing if the text is no duration. */
export function parseDuration(text: string): number | undefined {
  const wanted = text.trim()
  if (/^\d+(\.\d+)?$/.test(wanted)) return Math.round(Number(wanted) * unit.s)
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(wanted)) return undefined
  let total = 0
  for (const [, amount, name] of wanted.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * unit[name as keyof typeof unit]
  }
  return Math.round(total)
}

/** `1:02 minutes` as dschep/ntfy said it, and from one hour on `1:02:03 hours`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000))
  const twoDigits = (number: number) => String(number).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}:${twoDigits(seconds % 60)} minutes`
  return `${Math.floor(minutes / 60)}:${twoDigits(minutes % 60)}:${twoDigits(seconds % 60)} hours`
}

/** `90 s` is `1 m 30 s`: a span as a user writes one, in its largest units. */
export function shortDuration(milliseconds: number): string {
  const parts: string[] = []
  let rest = Math.max(0, milliseconds)
  for (const name of ['d', 'h', 'm'] as const) {
    const count = Math.floor(rest / unit[name])
    if (count > 0) parts.push(`${count} ${name}`)
    rest -= count * unit[name]
  }
  const seconds = rest < 10_000 && parts.length === 0 ? Math.floor(rest / 100) / 10 : Math.floor(rest / 1000)
  if (seconds > 0 || parts.length === 0) parts.push(`${seconds} s`)
  return parts.join(' ')
}

/** `3h`, `3h12m`, `40s`: a span as it is typed, to the minute from one hour on. */
export function roughDuration(milliseconds: number): string {
  const step = milliseconds < unit.h ? unit.s : unit.m
  return shortDuration(Math.round(milliseconds / step) * step).replaceAll(' ', '')
}
