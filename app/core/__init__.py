"""The domain: rows, rules and verbs. Knows neither Flask nor Socket.IO nor HTML."""
