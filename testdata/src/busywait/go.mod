module busywait

go 1.26
