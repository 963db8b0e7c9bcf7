/** The part of the ground floor that is Node's: never imported by code that also runs in a page. */
export { nodeContext } from './node-context.js';
export { nodeDisk } from './node-disk.js';
export { nodeFiles } from './node-files.js';
export { packageRoot } from './package-root.js';
export { loadSoftwareVulkan } from './software-vulkan.js';
export { parentPort } from './worker-port.js';
