/** What a database of IndexedDB holds, to be kept in a file. */
export interface Dump {
  version: number
  stores: Record<string, StoreDump>
}

interface StoreDump {
  keyPath: string | string[] | null
  autoIncrement: boolean
  indexes: { name: string; keyPath: string | string[]; unique: boolean; multiEntry: boolean }[]
  records: [key: unknown, value: unknown][]
}

/** A place for databases, in which nothing is yet; what opens one by the global `indexedDB` finds it there. */
export function newFactory(): Factory {
  const world = globalThis as unknown as { indexedDB: Factory; IDBFactory: new () => Factory }
  world.indexedDB = new world.IDBFactory()
  return world.indexedDB
}

/** Makes a database of what was kept. */
export async function restoreDatabase(factory: Factory, name: string, { version, stores }: Dump): Promise<void> {
  const opening = factory.open(name, version)
  opening.onupgradeneeded = () => {
    for (const [store, { keyPath, autoIncrement, indexes, records }] of Object.entries(stores)) {
      const made = opening.result.createObjectStore(store, { keyPath, autoIncrement })
      for (const { name, keyPath, ...rest } of indexes) made.createIndex(name, keyPath, rest)
      for (const [key, value] of records) made.put(value, keyPath === null ? key : undefined)
    }
  }
  const database = await resultOf(opening)
  database.close()
}

/**
 * Reads a database.
 *
 * @param without the names of stores that are kept empty
 */
export async function dumpDatabase(factory: Factory, name: string, without: readonly string[]): Promise<Dump> {
  const database = await resultOf(factory.open(name))
  try {
    const stores: Dump['stores'] = {}
    for (const store of database.objectStoreNames) {
      stores[store] = await dumpStore(database.transaction(store).objectStore(store), without.includes(store))
    }
    return { version: database.version, stores }
  } finally {
    database.close()
  }
}

async function dumpStore(store: ObjectStore, isEmpty: boolean): Promise<StoreDump> {
  const { keyPath, autoIncrement } = store
  const indexes = [...store.indexNames].map((name) => {
    const { keyPath, unique, multiEntry } = store.index(name)
    return { name, keyPath, unique, multiEntry }
  })
  const [keys, values] = isEmpty
    ? [[], []]
    : await Promise.all([resultOf(store.getAllKeys()), resultOf(store.getAll())])
  return { keyPath, autoIncrement, indexes, records: keys.map((key, at) => [key, values[at]]) }
}

function resultOf<T>(request: Request<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** As much of IndexedDB as is used here: the types of Node have none of it, those of the DOM have too much. */
export interface Factory {
  open(name: string, version?: number): Request<Database> & { onupgradeneeded: (() => void) | null }
}

interface Request<T> {
  result: T
  error: unknown
  onsuccess: (() => void) | null
  onerror: (() => void) | null
}

interface Database {
  version: number
  objectStoreNames: Iterable<string>
  createObjectStore(name: string, options: Pick<StoreDump, 'keyPath' | 'autoIncrement'>): ObjectStore
  transaction(store: string): { objectStore(name: string): ObjectStore }
  close(): void
}

interface ObjectStore extends Pick<StoreDump, 'keyPath' | 'autoIncrement'> {
  indexNames: Iterable<string>
  index(name: string): StoreDump['indexes'][number]
  createIndex(name: string, keyPath: string | string[], options: { unique: boolean; multiEntry: boolean }): void
  put(value: unknown, key?: unknown): void
  getAllKeys(): Request<unknown[]>
  getAll(): Request<unknown[]>
}
