/** The job of a batch system, or of a launcher of parallel programs, that something runs in. */
export interface BatchDetails {
  job?: string
  /** Which task of a job array it is. */
  array?: string
  rank?: number
  /** How many ranks there are. */
  size?: number
}

type Variables = Record<string, string | undefined>

/** What the environment says of the job that we run in; nothing outside of one. */
export function batchHere(variables: Variables = process.env): BatchDetails | undefined {
  const job = first(variables, jobVariables) ?? (variables['SGE_TASK_ID'] ? variables['JOB_ID'] : undefined)
  const array = first(variables, arrayVariables)
  const ranked = rankHere(variables)
  if (job === undefined && ranked === undefined) return undefined
  return {
    ...(job !== undefined && { job }),
    ...(array !== undefined && array !== 'undefined' && { array }),
    ...ranked,
  }
}

const jobVariables = ['SLURM_JOB_ID', 'PBS_JOBID', 'LSB_JOBID']
/** Grid Engine says `undefined` where there is no array, LSF 0. */
const arrayVariables = ['SLURM_ARRAY_TASK_ID', 'PBS_ARRAY_INDEX', 'PBS_ARRAYID', 'SGE_TASK_ID']

/** By who starts the ranks: under Slurm mpirun and torchrun set both theirs and Slurm's, which counts their daemons. */
const launchers: { rank: string; sizes: string[] }[] = [
  { rank: 'OMPI_COMM_WORLD_RANK', sizes: ['OMPI_COMM_WORLD_SIZE'] },
  { rank: 'RANK', sizes: ['WORLD_SIZE'] },
  { rank: 'PMIX_RANK', sizes: ['PMIX_SIZE', 'SLURM_STEP_NUM_TASKS', 'SLURM_NTASKS'] },
  { rank: 'PMI_RANK', sizes: ['PMI_SIZE', 'SLURM_STEP_NUM_TASKS', 'SLURM_NTASKS'] },
  { rank: 'SLURM_PROCID', sizes: ['SLURM_STEP_NUM_TASKS', 'SLURM_NTASKS', 'SLURM_NPROCS'] },
]

/** Only in a job of several ranks. */
function rankHere(variables: Variables): { rank: number; size?: number } | undefined {
  for (const launcher of launchers) {
    const rank = numberIn(variables, launcher.rank)
    const size = launcher.sizes.map((name) => numberIn(variables, name)).find((one) => one !== undefined)
    // RANK is a common name: it means something only beside WORLD_SIZE.
    if (rank === undefined || (launcher.rank === 'RANK' && size === undefined)) continue
    if (launcher.rank === 'SLURM_PROCID' && isBatchScript(variables)) return undefined
    return size === 1 ? undefined : { rank, ...(size !== undefined && { size }) }
  }
  return undefined
}

/** There SLURM_PROCID is 0 although it is none of the ranks, which srun starts with a step. */
function isBatchScript({ ENVIRONMENT, SLURM_STEP_ID, SLURM_STEPID }: Variables): boolean {
  return ENVIRONMENT === 'BATCH' && SLURM_STEP_ID === undefined && SLURM_STEPID === undefined
}

/**
 * By which ranks of one run know each other: its name, as far as the launcher gives it one, else what all of them have
 * in common.
 */
export function batchRun(variables: Variables, { job, array, size }: BatchDetails, command: string): string {
  const names = [
    'SLURM_CLUSTER_NAME',
    'SLURM_STEP_ID',
    'TORCHELASTIC_RUN_ID',
    'PMIX_NAMESPACE',
    'OMPI_MCA_ess_base_jobid',
  ]
  const known = names.map((name) => variables[name] ?? '')
  const others = job === undefined && known.every((one) => one === '') ? [command] : []
  return JSON.stringify([job ?? '', array ?? '', size ?? 0, ...known, ...others])
}

function first(variables: Variables, names: string[]): string | undefined {
  return names.map((name) => variables[name]).find((value) => value !== undefined && value !== '')
}

function numberIn(variables: Variables, name: string): number | undefined {
  const value = variables[name]
  return value !== undefined && /^\d{1,9}$/.test(value) ? Number(value) : undefined
}
