import { join } from 'node:path'

/**
 * Where processes that tests start keep what Node made of the sources: it halves the CPU that each needs to start. Inside
 * the clone, so that nobody else can put code there.
 */
export const compileCache: Readonly<Record<string, string>> = {
  NODE_COMPILE_CACHE: join(import.meta.dirname, '../../../node_modules/.cache/compile'),
}
