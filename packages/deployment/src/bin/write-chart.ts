import { readFileSync, writeFileSync } from 'node:fs'
import { chartFiles } from '../chart-files.ts'
import { CHART } from '../root.ts'

const readme = readFileSync(`${CHART}/README.md`, 'utf8')
for (const [path, text] of chartFiles(readme)) writeFileSync(`${CHART}/${path}`, text)
