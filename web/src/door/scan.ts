// Finds a QR code in a camera's picture or a file. Frames live in memory for one look and are never kept.
import { prepareZXingModule, readBarcodes, type ReaderOptions } from 'zxing-wasm/reader'
import wasm from 'zxing-wasm/reader/zxing_reader.wasm?url'

prepareZXingModule({ overrides: { locateFile: () => wasm } })

const OPTIONS: ReaderOptions = { formats: ['QRCode'], maxNumberOfSymbols: 1, tryHarder: true }
const FRAME_PIXELS_MAX = 1280

export async function findCode(picture: Blob | ImageData): Promise<string> {
  const [found] = await readBarcodes(picture, OPTIONS)
  return found?.isValid === true ? found.text : ''
}

// Looks at the video until `seen` has been called with a code or the signal ends it.
export async function watchVideo(video: HTMLVideoElement, signal: AbortSignal, seen: (text: string) => void): Promise<void> {
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d', { willReadFrequently: true })!
  while (!signal.aborted) {
    if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA && video.videoWidth > 0) {
      const scale = Math.min(1, FRAME_PIXELS_MAX / Math.max(video.videoWidth, video.videoHeight))
      canvas.width = Math.round(video.videoWidth * scale)
      canvas.height = Math.round(video.videoHeight * scale)
      context.drawImage(video, 0, 0, canvas.width, canvas.height)
      const text = await findCode(context.getImageData(0, 0, canvas.width, canvas.height))
      if (text !== '' && !signal.aborted) return seen(text)
    }
    await new Promise((resolve) => setTimeout(resolve, 120))
  }
}
