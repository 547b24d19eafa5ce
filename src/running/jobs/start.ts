import { startInBackground } from '../../process/background.ts'
import { abandonedJobs } from './abandoned.ts'

/** Starts a process that looks after jobs whose ntfy is gone, if there are any. */
export function lookAfterJobs(): void {
  if (abandonedJobs().length > 0) startInBackground(['jobs'])
}
