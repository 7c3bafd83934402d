// What a guard hears and feels: one rising tone lets in, two level tones look twice, a falling tone stops.
let context: AudioContext | undefined

function tone(at: number, frequency: number, seconds: number): void {
  const oscillator = context!.createOscillator()
  const gain = context!.createGain()
  oscillator.frequency.value = frequency
  gain.gain.setValueAtTime(0.25, at)
  gain.gain.exponentialRampToValueAtTime(0.001, at + seconds)
  oscillator.connect(gain).connect(context!.destination)
  oscillator.start(at)
  oscillator.stop(at + seconds)
}

export function signal(kind: 'good' | 'look' | 'stop', sound: boolean): void {
  navigator.vibrate?.({ good: [80], look: [120, 80, 120], stop: [400] }[kind])
  if (!sound) return
  context ??= new AudioContext()
  const now = context.currentTime
  const tones = { good: [[660, 0], [990, 0.12]], look: [[500, 0], [500, 0.2]], stop: [[330, 0], [200, 0.18]] }[kind]
  for (const [frequency, delay] of tones) tone(now + delay!, frequency!, 0.22)
}
