"""The test house: databases, browser and server that the tests run against, and the rules they run under."""
