"""The live side: admits sockets, dispatches commands, pushes regions. The only place that emits."""
