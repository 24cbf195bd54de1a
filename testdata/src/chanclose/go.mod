module chanclose

go 1.26
