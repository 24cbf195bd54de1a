module lockgap

go 1.26
