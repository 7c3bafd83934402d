// The parts of ECharts that the pages use. Pages load this by dynamic import, so that their first view does not wait for it.
import { BarChart, LineChart, MapChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from 'echarts/components'
import * as echarts from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

echarts.use([AriaComponent, BarChart, GridComponent, LegendComponent, LineChart, MapChart, SVGRenderer, TooltipComponent, VisualMapComponent])

export { init, registerMap } from 'echarts/core'
export type { ECharts, EChartsCoreOption } from 'echarts/core'
