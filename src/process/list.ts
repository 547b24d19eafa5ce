import type { ProcessDescriptor } from 'ps-list'

/** Processes by number and name: the user's own, or everybody's; none where `ps` is missing, or takes too long. */
export async function listProcesses(
  { everybody }: { everybody: boolean },
  signal: AbortSignal,
): Promise<ProcessDescriptor[]> {
  const { default: psList } = await import('ps-list')
  const aborted = new Promise<ProcessDescriptor[]>((resolve) => {
    if (signal.aborted) resolve([])
    signal.addEventListener('abort', () => resolve([]), { once: true })
  })
  return Promise.race([psList({ all: everybody }).catch(() => []), aborted])
}
