"""Words that occur nowhere but in the sealed room of the course that is run twice."""

STUDY = "mapp2"
ARMS = ("zirconlark", "quartzfinch")
CONTENTS = ("obsidianwren", "malachitejay")
LOTS = ("LOTUMBERCROW", "LOTCOBALTOWL")
SUPPLIERS = ("Feldsparheron", "Gneisscormorn")
CERTIFICATES = ("COAONYXSTORK", "COATOPAZIBIS")
EXPIRIES = ("2031-03-17", "2032-11-23")
WEIGHTS = ("113.53 mg", "197.25 mg")
TEMPERATURES = ("2.25-8.5 C", "15.75-25.5 C")
# None of these may be told to anybody who may not know. The earlier of both expiries is: it is the
# use-by that all kits of a delivery have in common.
CANARIES = (
    *(*ARMS, *CONTENTS, *LOTS, *SUPPLIERS, *CERTIFICATES, *WEIGHTS, *TEMPERATURES),
    EXPIRIES[1],
)
