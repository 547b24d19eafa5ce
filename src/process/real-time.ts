import { readSignalMasks } from './proc.ts'

/** From SIGRTMIN to SIGRTMAX (glibc keeps two for itself); musl has one more, which is its own. */
const first = 34
const last = 64

interface SignalWrap {
  onsignal(signal: number): void
  start(signal: number): number
  unref(): void
}

/**
 * Hears the real-time signals, for which Node has no names and which would end us: by the binding that its own listeners
 * use. What the caller ignored stays so.
 */
export function listenToRealTime(heard: (signal: number) => void): void {
  if (process.platform !== 'linux') return
  const Signal = signalWrap()
  const ignored = readSignalMasks('self')?.ignored ?? BigInt(0)
  if (Signal === undefined) return
  for (let signal = first; signal <= last; signal++) {
    if ((ignored >> BigInt(signal - 1)) & BigInt(1)) continue
    const wrap = new Signal()
    wrap.unref()
    wrap.onsignal = heard
    wrap.start(signal)
  }
}

/** `process.binding` is deprecated and may go: then these signals end us, and the command with us. */
function signalWrap(): (new () => SignalWrap) | undefined {
  const known = process.noDeprecation
  process.noDeprecation = true
  try {
    const node = process as unknown as { binding(name: string): { Signal: new () => SignalWrap } }
    return node.binding('signal_wrap').Signal
  } catch {
    return undefined
  } finally {
    process.noDeprecation = known ?? false
  }
}
