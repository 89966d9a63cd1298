import { writeFileSync } from 'node:fs'
import { configurationMarkdown } from '../markdown.ts'

writeFileSync(new URL('../../../../docs/configuration.md', import.meta.url), configurationMarkdown())
