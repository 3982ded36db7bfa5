/** goro.wasm as text: made by build-package.mjs, loaded where the file is not to be had. */
export declare const base64: string;
