import { readFileSync, writeFileSync } from 'node:fs'
import { OPERATIONS, operationsPage } from '../pages.ts'
import { ROOT } from '../sources.ts'

const path = `${ROOT}${OPERATIONS}`
writeFileSync(path, operationsPage(readFileSync(path, 'utf8')))
